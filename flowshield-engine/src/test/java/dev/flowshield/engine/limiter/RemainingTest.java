package dev.flowshield.engine.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an answer says that is left, by a clock that goes on with each reading of it. */
class RemainingTest {

  private final AtomicLong time = new AtomicLong();

  @ParameterizedTest
  @CsvSource({
    "token-bucket, 30/day",
    "token-bucket, '30/day, 100/day'",
    "sliding-window, 30/day",
    "sliding-window, '30/day, 100/day'",
    "fixed-window, 30/day",
    "fixed-window, '30/day, 100/day'"
  })
  void isAllButWhatWasTaken(String name, String limits) {
    RateLimiter limiter =
        RateLimiter.of(name, LimiterSpec.of(limits).withTicker(time::incrementAndGet));
    for (int taken = 1; taken < 30; taken += 3) {
      assertThat(limiter.decide("alice").remaining()).isEqualTo(30 - taken);
      Reservation.Held held = (Reservation.Held) limiter.reserve("alice", 1);
      assertThat(held.decision().remaining()).isEqualTo(30 - taken - 1);
      Decision later = limiter
          .acquireAsync("alice", 1, Duration.ofSeconds(1))
          .toCompletableFuture()
          .join();
      assertThat(later.remaining()).isEqualTo(30 - taken - 2);
    }
  }
}
