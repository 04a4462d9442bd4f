package dev.flowshield.engine.overload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Evidence that a server is overloaded, while nothing is rejected. */
class OverloadDetectorTest {

  private static final int SLOW_ROUTE = 5;

  private final OverloadDetector suspicion = new OverloadDetector();
  private int provenAfter = -1; // milliseconds
  private int looks;

  private void suspect(Server server) {
    suspicion.begin(server.sums.totals(), server.inFlight, server.now);
  }

  private void serve(Server server, double perMilli, int millis, double usual) {
    server.serve(perMilli, millis, () -> look(server, usual));
  }

  private void look(Server server, double usual) {
    looks++;
    suspicion.look(server.sums.totals(), server.inFlight, server.latency, server.now);
    if (provenAfter < 0 && suspicion.isProven(server.latency, Server.perTick(usual))) {
      provenAfter = looks;
    }
  }

  @Test
  void isProvenWithinAFewLatenciesWhereTenTimesAsMuchComesAsUsual() {
    Server server = Server.fifo();
    suspect(server);
    assertThat(suspicion.isOpen()).isTrue();
    assertThat(suspicion.since()).isEqualTo(server.now);
    serve(server, 5, 500, 0.5);

    assertThat(provenAfter).isBetween(12, 80); // work takes eight milliseconds
    assertThat(suspicion.isGrowing()).isTrue();
    assertThat(suspicion.isSlower()).isTrue();
    assertThat(suspicion.isSteady()).isFalse();
  }

  @Test
  void isProvenByLatenciesThatDependOnWhatIsInFlightWhereTheUsualIsNotKnown() {
    Server server = Server.fifo();
    suspect(server);
    serve(server, 5, 1_000, 0);

    assertThat(provenAfter).isPositive();
  }

  @Test
  void isNotProvenWhereABackendIsTenTimesAsSlow() {
    Server server = Server.unlimited(10, 2);
    server.takes[0] *= 10;
    suspect(server);
    serve(server, 2, 3_000, 2);

    assertThat(server.inFlight).isGreaterThan(190);
    assertThat(provenAfter).isEqualTo(-1);
  }

  @Test
  void isNotProvenWhereASlowRouteIsNew() {
    Server server = Server.unlimited(10, 2);
    server.takes[SLOW_ROUTE] = 20 * server.takes[0];
    suspect(server);
    server.serve(2, 3_000, () -> {
      server.come(SLOW_ROUTE);
      look(server, 2);
    });

    assertThat(server.inFlight).isGreaterThan(200);
    assertThat(provenAfter).isEqualTo(-1);
  }

  @Test
  void isNotProvenByABunchAtAnUnlimitedServer() {
    Server server = Server.unlimited(10, 2);
    suspect(server);
    for (int i = 0; i < 500; i++) {
      server.come(0);
    }
    serve(server, 2, 1_000, 2);

    assertThat(provenAfter).isEqualTo(-1);
  }

  @Test
  void isNotProvenWhereTenTimesAsMuchComesToAnUnlimitedServerWhichIsSteady() {
    Server server = Server.unlimited(10, 2);
    suspect(server);
    serve(server, 20, 1_000, 2);

    assertThat(provenAfter).isEqualTo(-1);
    assertThat(suspicion.isSteady()).isTrue();
    assertThat(suspicion.isGrowing()).isFalse();
    assertThat(suspicion.isSlower()).isFalse();
    assertThat(suspicion.begun()).isBetween(19_990.0, 20_010.0);
    assertThat(suspicion.begunPerTick()).isBetween(Server.perTick(19), Server.perTick(21));
    assertThat(suspicion.throughput()).isBetween(Server.perTick(19), Server.perTick(21));
  }

  @Test
  void endsAndBeginsAgainFromNothing() {
    Server server = Server.fifo();
    suspect(server);
    serve(server, 5, 500, 0.5);
    suspicion.end();
    assertThat(suspicion.isOpen()).isFalse();

    suspect(server);

    assertThat(suspicion.begun()).isZero();
    assertThat(suspicion.isSlower()).isFalse();
    assertThat(suspicion.isProven(server.latency, Server.perTick(0.5))).isFalse();
  }

  @Test
  void saysByHowMuchItGrowsAndHowSlowItIs() {
    Server server = Server.fifo();
    suspect(server);
    serve(server, 5, 100, 0.5);

    assertThat(suspicion.growth())
        .as("one ends in a millisecond, and five come")
        .matches("500 requests begun and 9\\d ended, latency \\d+\\.\\d times");
    assertThat(suspicion.plateau())
        .matches(
            "1\\d\\d in flight did \\d+/s, 3\\d\\d in flight did \\d+/s, latency \\d+\\.\\d times");
  }
}
