package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestCoalescerTest {

  private static final int REQUESTS = 1_000;

  private final RedisProcess server = RedisProcess.start();
  private final RedisStore store =
      RedisStore.at(server.uri()).timeout(Duration.ofSeconds(10)).open();

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  private static <T> List<T> all(List<CompletionStage<T>> stages) {
    return stages.stream().map(stage -> stage.toCompletableFuture().join()).toList();
  }

  @Test
  void requestsThatComeAtOnceAreAskedInFewCallsAndGetWhatTheyWouldHaveEach() {
    RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 600").withName("hot"));
    limiter.peek("alice"); // connects
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      asked.add(limiter.decideAsync("alice", 1));
    }
    List<Decision> decisions = all(asked);

    assertThat(decisions)
        .filteredOn(Decision::isAdmitted)
        .extracting(Decision::remaining)
        .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 600).boxed().toList());
    assertThat(decisions)
        .filteredOn(decision -> !decision.isAdmitted())
        .extracting(Decision::remaining)
        .containsOnly(0L);
    assertThat(store.stats().answered()).isBetween(2L, REQUESTS / 10L);
  }

  @Test
  void eachRequestIsRefundedByItself() {
    RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 600").withName("hot"));
    List<CompletionStage<Reservation>> asked = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      asked.add(limiter.reserveAsync("alice", 1));
    }
    List<Reservation.Held> given = all(asked).stream()
        .map(Reservation.Held.class::cast)
        .sorted(Comparator.comparing(held -> -held.decision().remaining()))
        .toList();
    for (int i = 0; i < 40; i++) {
      given.get(2 * i).cancel();
    }
    assertThat(limiter.peek("alice").remaining()).isEqualTo(540);
  }

  @Test
  void permitsOfACallerThatHasLeftAreRefunded() {
    RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 600").withName("hot"));
    limiter.peek("alice"); // connects
    server.freeze();
    for (int permits = 1; permits <= 6; permits++) {
      limiter.reserveAsync("alice", permits / 2 + 1).toCompletableFuture().cancel(false);
    }
    server.thaw();
    await().atMost(5, SECONDS).until(() -> store.stats().answered() >= 1 + 6 + 6); // refunds
    assertThat(limiter.peek("alice").remaining()).isEqualTo(600);
  }

  @Test
  void aKeyWithSeveralRatesTellsHowEachOfThemStands() {
    RateLimiter limiter =
        store.limiter(LimiterSpec.of("1/h burst 600, 1/day burst 40").withName("x"));
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      asked.add(limiter.decideAsync("alice", 1));
    }
    List<Decision> decisions = all(asked);
    assertThat(decisions).filteredOn(Decision::isAdmitted).hasSize(40).allSatisfy(decision -> {
      long left = decision.limits().get(1).remaining();
      assertThat(left).isBetween(0L, 39L);
      assertThat(decision.limits().get(0).remaining()).isEqualTo(560 + left);
    });
  }

  @Test
  void allThatWaitHearOfAFailureAtOnce() {
    RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 600").withName("hot"));
    limiter.decide("alice");
    server.kill();
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      asked.add(limiter.decideAsync("alice", 1));
    }
    List<Decision> decisions = all(asked);
    assertThat(decisions).filteredOn(Decision::isAdmitted).hasSize(600);
    assertThat(store.stats().withoutStore()).isEqualTo(REQUESTS);
  }
}
