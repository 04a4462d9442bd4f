package dev.flowshield.contract;

import static dev.flowshield.contract.Application.HELLO;
import static dev.flowshield.contract.Difference.CLOSES_AFTER_503;
import static dev.flowshield.contract.Difference.NO_TIMEOUT;
import static dev.flowshield.contract.Fixture.awaitNothingInFlight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.http.HttpShield;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a request is in flight, how it ends, and that no place is lost. */
interface InFlightContract {

  Fixture fixture();

  @Test
  default void aRequestIsInFlightUntilItIsAnswered() throws Exception {
    HttpShield shield = fixture().perClient("100/s");
    fixture().application().closeGate();
    Connection client = fixture().connect(1);
    client.send("GET", "/slow");
    fixture().application().awaitArrival();
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    fixture().application().openGate();
    assertThat(client.read().body()).isEqualTo(HELLO);
    awaitNothingInFlight(shield);
    assertThat(shield.stats().failed()).isZero();
    assertThat(shield.stats().ignored()).isZero();
  }

  @Test
  default void aRequestThatFailsIsClosedAsFailed() throws Exception {
    HttpShield shield = fixture().perClient("100/s");
    assertThat(fixture().connect(1).get("/fail").status()).isGreaterThanOrEqualTo(500);
    awaitNothingInFlight(shield);
    assertThat(shield.stats().failed()).isEqualTo(1);
  }

  @Test
  default void anAsynchronousRequestIsInFlightUntilAnotherThreadAnswersIt() throws Exception {
    HttpShield shield = fixture().perClient("100/s");
    fixture().application().closeGate();
    Connection client = fixture().connect(1);
    client.send("GET", "/async");
    fixture().application().awaitArrival();
    // Others come and go meanwhile, so the thread that took the request in has long left it.
    assertThat(fixture().connect(1).get("/hello").status()).isEqualTo(200);
    await().until(() -> shield.stats().inFlight() == 1);
    fixture().application().openGate();
    assertThat(client.read().body()).isEqualTo(HELLO);
    awaitNothingInFlight(shield);
    assertThat(shield.stats().failed()).isZero();
  }

  @Test
  default void aRequestThatTimesOutIsClosedAsFailed() throws Exception {
    HttpShield shield = fixture().perClient("100/s");
    Answer answer = fixture().connect(1).get("/timeout");
    if (fixture().differs(NO_TIMEOUT)) {
      assertThat(answer.status()).isEqualTo(404);
    } else {
      assertThat(answer.status()).isGreaterThanOrEqualTo(500);
      awaitNothingInFlight(shield);
      assertThat(shield.stats().failed()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/slow", "/async"})
  default void aRequestWhoseClientGoesAwayIsClosed(String path) throws Exception {
    HttpShield shield = fixture().perClient("100/s");
    fixture().application().closeGate();
    Connection client = fixture().connect(1);
    client.send("GET", path);
    fixture().application().awaitArrival();
    client.abort();
    fixture().application().openGate();
    awaitNothingInFlight(shield);
    assertThat(fixture().connect(1).get("/hello").status()).isEqualTo(200);
  }

  @Test
  default void shedsWhenTheServerIsFullAndAdmitsWhenThereIsRoom() throws Exception {
    HttpShield shield = fixture().shields(HttpShield.builder().inFlight(1).build());
    fixture().application().closeGate();
    Connection running = fixture().connect(1);
    running.send("GET", "/async");
    fixture().application().awaitArrival();
    Connection client = fixture().connect(2);
    Answer answer = client.get("/hello");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.values("Retry-After")).containsExactly("1");
    assertThat(answer.values("Cache-Control")).containsExactly("no-store");
    assertThat(answer.body())
        .isEqualTo("{\"status\":\"busy\",\"message\":\"Server is busy\",\"retry_after\":1,"
            + "\"mode\":\"overload\"}");
    if (fixture().differs(CLOSES_AFTER_503)) {
      assertThat(client.isEnded()).isTrue();
    } else {
      assertThat(client.get("/health").status()).isEqualTo(200);
    }
    fixture().application().openGate();
    assertThat(running.read().body()).isEqualTo(HELLO);
    awaitNothingInFlight(shield);
    assertThat(fixture().connect(2).get("/hello").status()).isEqualTo(200);
  }

  @Test
  default void tenThousandMixedRequestsLoseNoPlace() throws Exception {
    int clients = 5;
    int each = 2_000;
    HttpShield shield = fixture()
        .shields(HttpShield.builder()
            .limit("7000/h")
            .perClient("1500/h")
            .inFlight(1000)
            .operations(o -> o.ticker(fixture().ticker()))
            .build());
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    fixture().closeAtTheEnd(() -> {
      threads.shutdownNow();
      assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    });
    List<Future<?>> all = new ArrayList<>();
    for (int host = 1; host <= clients; host++) {
      int from = host;
      all.add(threads.submit(() -> mixed(from, each)));
    }
    for (Future<?> one : all) {
      one.get();
    }
    await().until(() -> answered(shield) == (long) clients * each);
    awaitNothingInFlight(shield);
    assertThat(shield.stats().admitted()).isEqualTo(7_000);
    assertThat(shield.stats().shed()).isZero();
  }

  private @Nullable Void mixed(int host, int requests) throws Exception {
    List<String> paths = List.of("/hello", "/async", "/fail", "/slow", "/hello");
    Connection client = Connection.from(host, fixture().port());
    for (int i = 0; i < requests; i++) {
      client.send("GET", paths.get(i % paths.size()));
      if (i % 17 == 16) {
        client.close(); // gone without having read its answer
        client = Connection.from(host, fixture().port());
      } else if (client.read().values("Connection").contains("close")) {
        client.close();
        client = Connection.from(host, fixture().port());
      }
    }
    client.close();
    return null;
  }

  private static long answered(HttpShield shield) {
    return shield.stats().admitted()
        + shield.stats().overLimit()
        + shield.stats().shed();
  }
}
