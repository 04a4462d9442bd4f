package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TurnsTest {

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
    limiter.peek("alice"); // connects, so that calls are made in turn
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      asked.add(limiter.decideAsync("alice", 1));
    }
    List<Decision> decisions = all(asked);

    for (int i = 0; i < 600; i++) { // in the order in which they came
      assertThat(decisions.get(i)).isEqualTo(new Decision.Admitted(599 - i));
    }
    assertThat(decisions.subList(600, REQUESTS)).allSatisfy(decision -> {
      assertThat(decision).isInstanceOf(Decision.Rejected.class);
      assertThat(decision.remaining()).isZero();
    });
    assertThat(store.stats().answered()).isBetween(2L, REQUESTS / 10L);
  }

  @Test
  void eachRequestIsRefundedByItself() {
    RateLimiter limiter = store.limiter(LimiterSpec.of("1/h burst 600").withName("hot"));
    limiter.peek("alice"); // connects, so that calls are made in turn
    List<CompletionStage<Reservation>> asked = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      asked.add(limiter.reserveAsync("alice", 1));
    }
    List<Reservation> given = all(asked);
    for (int i = 0; i < 40; i++) {
      ((Reservation.Held) given.get(2 * i)).cancel();
    }
    assertThat(limiter.peek("alice").remaining()).isEqualTo(540);
  }

  @Test
  void aKeyWithSeveralRatesTellsHowEachOfThemStands() {
    RateLimiter limiter =
        store.limiter(LimiterSpec.of("1/h burst 600, 1/day burst 40").withName("x"));
    limiter.peek("alice"); // connects, so that calls are made in turn
    List<CompletionStage<Decision>> asked = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      asked.add(limiter.decideAsync("alice", 1));
    }
    List<Decision> decisions = all(asked);
    for (int i = 0; i < 40; i++) {
      assertThat(decisions.get(i).standings())
          .extracting(Decision.Standing::remaining)
          .containsExactly(599L - i, 39L - i);
    }
    assertThat(decisions.get(40)).isInstanceOf(Decision.Rejected.class);
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
    assertThat(decisions.subList(0, 600)).hasOnlyElementsOfType(Decision.Admitted.class);
    assertThat(decisions.subList(600, REQUESTS)).hasOnlyElementsOfType(Decision.Rejected.class);
    assertThat(store.stats().withoutStore()).isEqualTo(REQUESTS);
  }
}
