package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.LimitStore.StoreCharge;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JointReserveTest {

  private static final String NO_SERVER = "redis://127.0.0.1:1";

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14})
  void endsAtWhicheverReadingTheClockBeginsToFail(int reading) throws Exception {
    AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    Ticker ticker = () -> {
      if (left.decrementAndGet() < 0) {
        throw new IllegalStateException("no time");
      }
      return System.nanoTime();
    };
    try (RedisStore store = RedisStore.at(NO_SERVER).open()) {
      LimiterSpec spec = LimiterSpec.of("10/s").withTicker(ticker);
      RateLimiter one = store.limiter(spec.withName("one"));
      RateLimiter other = store.limiter(spec.withName("other"));
      List<StoreCharge> charges =
          List.of(new StoreCharge(one, "alice", 1), new StoreCharge(other, "alice", 1));
      left.set(reading - 1);

      assertThat(failure(store, charges))
          .satisfiesAnyOf(
              failure -> assertThat(failure).isNull(),
              failure -> assertThat(failure).hasMessageContaining("no time"));
    }
  }

  /** Returns the failure of a request, thrown or told by its future; null if it was decided. */
  private static @Nullable Throwable failure(RedisStore store, List<StoreCharge> charges)
      throws Exception {
    try {
      CompletableFuture<?> outcome = store.reserveAllAsync(charges).toCompletableFuture();
      assertThat(outcome.get(10, SECONDS)).isNotNull();
      return null;
    } catch (ExecutionException failed) {
      return failed.getCause();
    } catch (IllegalStateException thrown) {
      return thrown;
    }
  }
}
