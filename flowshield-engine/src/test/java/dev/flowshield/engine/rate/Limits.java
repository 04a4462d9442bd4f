package dev.flowshield.engine.rate;

import dev.flowshield.RateLimit;
import java.time.Duration;
import java.util.Random;

/** Limits of every kind that the algorithms take, for tests that want many. */
public final class Limits {

  private static final double LEAST = 1.0 / 86_400_000_000_000.0; // permits a nanosecond: 1 a day
  private static final double MOST = 0.01; // 10,000,000 a second
  private static final long[] UNITS = {
    1_000, 1_000_000, 1_000_000_000L, 60_000_000_000L, 3_600_000_000_000L, 86_400_000_000_000L
  };

  private Limits() {}

  /**
   * From 1 a day to 10,000,000 a second, each order of magnitude as often; bursts from 1 to 1,000.
   */
  public static RateLimit random(Random random) {
    double rate = LEAST * Math.exp(random.nextDouble() * Math.log(MOST / LEAST));
    long period = random.nextBoolean()
        ? UNITS[random.nextInt(UNITS.length)]
        : 1 + (long) (1e9 * Math.exp(random.nextDouble() * 10));
    long permits = Math.max(1, (long) (rate * period));
    while (permits == 1 && period < 1 / rate) { // a rate below one permit in that period
      period *= 2;
    }
    return RateLimit.of(permits, Duration.ofNanos(Math.max(100, period)))
        .withBurst(1L + random.nextInt(random.nextBoolean() ? 10 : 1_000));
  }

  /**
   * As {@link #random}, for windows: the burst is the permits, and as many as a sliding window can
   * count.
   */
  public static RateLimit ofWindows(Random random, boolean sliding) {
    RateLimit limit = random(random);
    long most = sliding ? SlidingWindow.mostPermits(limit.period().toNanos()) : Long.MAX_VALUE;
    long permits = Math.min(limit.permits(), most);
    return RateLimit.of(
        random.nextBoolean() ? permits : 1 + (long) (random.nextDouble() * (permits - 1)),
        limit.period());
  }
}
