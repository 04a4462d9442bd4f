package dev.flowshield.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation.Held;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The share of a limit that a store admits when there is always more to do, and each work reserves
 * more than it uses, and is settled late: about as much as a plain bucket that refunds admits, and
 * never more than the limit.
 */
class LateSettlingTest {

  private static final long PERMITS = 20_000;
  private static final long USED = 200;
  private static final long INTERVAL = Duration.ofMinutes(1).toNanos() / PERMITS;
  private static final long STEP = Duration.ofMillis(100).toNanos();
  private static final int STEPS = 3_000; // five minutes
  private static final int WORK = 300; // in steps

  private record Work(int ends, Held held) {}

  /** Returns the permits that are used of a bucket which a refund fills up to the brim. */
  private static long usedOfPlainBucket(long reserve) {
    Queue<Integer> ends = new ArrayDeque<>();
    long debt = 0;
    long used = 0;
    for (int step = 0; step < STEPS; step++) {
      debt = Math.max(0, debt - (step == 0 ? 0 : STEP));
      boolean isAgain = true;
      while (isAgain) {
        while (debt + reserve * INTERVAL <= PERMITS * INTERVAL) {
          debt += reserve * INTERVAL;
          used += USED;
          ends.add(step + WORK);
        }
        isAgain = !ends.isEmpty() && ends.peek() <= step;
        if (isAgain) {
          ends.remove();
          debt = Math.max(0, debt - (reserve - USED) * INTERVAL);
        }
      }
    }
    return used;
  }

  @ParameterizedTest
  @ValueSource(longs = {1_000, 4_000})
  void admitsAsLargeAShareAsAPlainBucketAndNeverMoreThanTheLimit(long reserve) {
    ManualTicker ticker = ManualTicker.startingAt(0);
    try (RedisProcess server = RedisProcess.start();
        Stores stores = new Stores(server.uri())) {
      RateLimiter limiter = stores
          .onTheClockOf(ticker, 1)
          .limiter(LimiterSpec.of(PERMITS + "/min").withTicker(ticker).withName("late"));
      Queue<Work> open = new ArrayDeque<>();
      long used = 0;
      for (int step = 0; step < STEPS; step++) {
        boolean isAgain = true;
        while (isAgain) { // requests come all the time, so one is there before work ends
          while (limiter.reserve("alice", reserve) instanceof Held held) {
            open.add(new Work(step + WORK, held));
            used += USED;
          }
          isAgain = open.peek() != null && open.peek().ends <= step;
          if (isAgain) {
            open.remove().held.settle(USED);
          }
        }
        ticker.advanceNanos(STEP);
      }

      double whole = (double) STEPS * STEP / INTERVAL;
      double ofPlainBucket = usedOfPlainBucket(reserve) / whole;
      assertThat(used / whole)
          .as("share of the limit; of a plain bucket: %s", ofPlainBucket)
          .isBetween(ofPlainBucket - 0.02, 1 + PERMITS / whole);
    }
  }
}
