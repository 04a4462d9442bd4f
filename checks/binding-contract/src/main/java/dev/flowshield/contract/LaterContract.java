package dev.flowshield.contract;

import static dev.flowshield.contract.Application.HEALTHY;
import static dev.flowshield.contract.Application.HELLO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.HttpShield;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Limits that are kept elsewhere, by a limiter that answers later or never. */
interface LaterContract {

  int MILLIS = 50;
  int MANY = 40; // more than a server has threads that must not wait

  Fixture fixture();

  /**
   * A limiter elsewhere.
   *
   * @param answers what it answers, each time it is asked
   */
  record Elsewhere(Supplier<CompletableFuture<Decision>> answers) implements RateLimiter {

    @Override
    public CompletionStage<Decision> decideAsync(String key, long permits) {
      return answers.get();
    }

    @Override
    public Decision decide(String key, long permits) {
      return answers.get().join();
    }
  }

  private HttpShield limitedBy(Supplier<CompletableFuture<Decision>> answers) throws Exception {
    return fixture()
        .shields(HttpShield.builder()
            .perClient("100/h")
            .limit(Limit.each("elsewhere", "100/h").withLimiter(new Elsewhere(answers)))
            .operations(o -> o.ticker(fixture().ticker()))
            .build());
  }

  private static CompletableFuture<Decision> inAWhile(Decision decision) {
    return CompletableFuture.supplyAsync(
        () -> decision, CompletableFuture.delayedExecutor(MILLIS, TimeUnit.MILLISECONDS));
  }

  @Test
  default void waitsForALimiterThatAnswersLater() throws Exception {
    HttpShield shield = limitedBy(() -> inAWhile(new Decision.Admitted(1)));
    Connection client = fixture().connect(1);
    for (int i = 0; i < 3; i++) {
      assertThat(client.get("/hello").body()).isEqualTo(HELLO);
      client.send("POST", "/echo", "Content-Length: 5");
      client.write("he");
      client.write("llo");
      assertThat(client.read().body()).isEqualTo("hello");
    }
    client.write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2)); // pipelined
    assertThat(client.read().body()).isEqualTo(HELLO);
    assertThat(client.read().body()).isEqualTo(HELLO);
    Fixture.awaitNothingInFlight(shield);
    assertThat(shield.stats().admitted()).isEqualTo(8);
  }

  @Test
  default void rejectsWhenALimiterSaysSoLater() throws Exception {
    HttpShield shield =
        limitedBy(() -> inAWhile(new Decision.Rejected(0, 1_000_000_000L, "100/h")));
    Connection client = fixture().connect(1);
    for (int i = 0; i < 2; i++) {
      assertThat(client.get("/hello").status()).isEqualTo(429);
      client.send("POST", "/echo", "Content-Length: 5");
      client.write("hello");
      assertThat(client.read().status()).isEqualTo(429);
    }
    assertThat(client.get("/health").body()).isEqualTo(HEALTHY);
    assertThat(shield.engine().peek("client", "127.0.0.1").remaining()).isEqualTo(100);
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  default void sendsNoRetryAfterIfNoWaitHelps() throws Exception {
    HttpShield shield = limitedBy(() -> inAWhile(new Decision.Rejected(9, Decision.NEVER, "100/h")
        .withReason(Decision.Reason.BEYOND_BURST)));
    Answer answer = fixture().connect(1).get("/hello");
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.values("Retry-After")).isEmpty();
    assertThat(answer.values("RateLimit")).isEmpty();
    assertThat(answer.body()).contains("\"retry_after\":null");
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  default void failsWithALimiterThatFails() throws Exception {
    HttpShield shield = limitedBy(() -> {
      CompletableFuture<Decision> failure = new CompletableFuture<>();
      CompletableFuture.delayedExecutor(MILLIS, TimeUnit.MILLISECONDS)
          .execute(() -> failure.completeExceptionally(new IllegalStateException("of the test")));
      return failure;
    });
    assertThat(fixture().connect(1).get("/hello").status()).isGreaterThanOrEqualTo(500);
    assertThat(fixture().connect(1).get("/health").body()).isEqualTo(HEALTHY);
    assertThat(shield.engine().peek("client", "127.0.0.1").remaining()).isEqualTo(100);
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  default void holdsNoThreadForALimiterThatNeverAnswers() throws Exception {
    HttpShield shield = limitedBy(() -> new CompletableFuture<>());
    if (fixture().differs(Difference.WAITS_ON_A_THREAD)) {
      assertThat(fixture().connect(1).get("/hello").status()).isGreaterThanOrEqualTo(500);
      return; // not without an end, at least
    }
    List<Connection> clients = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      Connection client = fixture().connect(1);
      client.send("GET", "/hello");
      clients.add(client);
    }
    for (int i = 0; i < MANY; i++) {
      assertThat(fixture().connect(1).get("/health").body()).isEqualTo(HEALTHY);
    }
    for (Connection client : clients) {
      client.abort();
    }
    Fixture.awaitNothingInFlight(shield); // a limiter that takes nothing back is asked with a place
    assertThat(shield.stats().admitted()).isZero();
  }
}
