package dev.flowshield.engine.overload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The slots that are held by work that does not end. */
class StuckWorkTest {

  private static final int HELD = 100;

  private final StuckWork held = new StuckWork();
  private final Server server = Server.unlimited(8, 1);

  private void serve(double perMilli, int millis, int beside) {
    server.serve(
        perMilli,
        millis,
        () -> held.look(server.sums::totals, server.inFlight + beside, server.latency, server.now));
  }

  @Test
  void areThoseThatTheWorkThatEndsDoesNotExplain() {
    serve(1, 1_100, HELD);

    assertThat(server.inFlight).isBetween(7, 9);
    assertThat(held.count()).isBetween(HELD - 3, HELD + 3);
  }

  @Test
  void areNotAllWhereOtherWorkLeaves() {
    server.serve(0.05, 1_300, () -> {
      server.sums.left(false);
      held.look(server.sums::totals, server.inFlight + HELD, server.latency, server.now);
    });

    assertThat(held.count()).isBetween(HELD - 3, HELD + 3);
    assertThat(held.areOthersIdle()).isTrue();
    assertThat(held.areAll()).isFalse();
  }

  @Test
  void areAllIfTheWorkThatEndsTakesNextToNone() {
    serve(0.05, 1_300, HELD);

    assertThat(held.areOthersIdle()).isTrue();
    assertThat(held.areAll()).isTrue();
  }

  @Test
  void areNotAllBesideWorkThatEnds() {
    serve(1, 1_300, HELD);

    assertThat(held.areOthersIdle()).isFalse();
    assertThat(held.areAll()).isFalse();
  }

  @Test
  void areNotAllWhereThereAreNone() {
    serve(0.05, 1_300, 0);

    assertThat(held.areOthersIdle()).isTrue();
    assertThat(held.areAll()).isFalse();
  }

  @Test
  void areNotKnownBeforeASecond() {
    serve(1, 900, HELD);

    assertThat(held.count()).isZero();
  }

  @Test
  void areNoneOnceTheyAreGivenBack() {
    serve(1, 1_100, HELD);
    serve(1, 300, 0);

    assertThat(held.count()).isLessThanOrEqualTo(2);
  }

  @Test
  void areNoneInAnOverloadThatStandsAtTheCap() {
    Server overloaded = Server.fifo();
    overloaded.cap = 50;
    overloaded.serve(
        10,
        5_000,
        () -> held.look(
            overloaded.sums::totals, overloaded.inFlight, overloaded.latency, overloaded.now));

    assertThat(overloaded.inFlight).isEqualTo(50);
    assertThat(held.count()).isLessThanOrEqualTo(1);
  }
}
