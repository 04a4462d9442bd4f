package dev.flowshield.testkit;

import dev.flowshield.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A ticker that stands still until a test turns it.
 *
 * <pre>{@code
 * ManualTicker ticker = ManualTicker.atZero();
 * RateLimiter limiter = RateLimiter.of("token-bucket", LimiterSpec.of(RateLimit.parse("1/s")).withTicker(ticker));
 *
 * assertTrue(limiter.tryAcquire("alice"));
 * assertFalse(limiter.tryAcquire("alice"));
 * ticker.advance(Duration.ofSeconds(1));
 * assertTrue(limiter.tryAcquire("alice"));
 * }</pre>
 *
 * <p>Counts nanoseconds, and wraps around past {@link Long#MAX_VALUE} as any ticker may: start it close below that to see what a
 * limiter makes of it. It also steps back, which a real ticker should not do but a limiter has to bear.
 *
 * <p>Thread-safe: turns from several threads all count, and whoever reads after a turn sees it.
 */
public final class ManualTicker implements Ticker {

  private final AtomicLong nanos;

  private ManualTicker(long nanos) {
    this.nanos = new AtomicLong(nanos);
  }

  /** A ticker that stands at zero. */
  public static ManualTicker atZero() {
    return new ManualTicker(0);
  }

  /** A ticker that stands at any reading, such as {@code Long.MAX_VALUE - 1_000_000} to wrap around a millisecond later. */
  public static ManualTicker startingAt(long nanos) {
    return new ManualTicker(nanos);
  }

  @Override
  public long nanos() {
    return nanos.get();
  }

  /**
   * Turns the ticker on, or back if the duration is negative.
   *
   * @throws ArithmeticException if the duration is longer than a {@code long} of nanoseconds can say, about 292 years
   */
  public void advance(Duration time) {
    advanceNanos(time.toNanos());
  }

  /** Turns the ticker on by nanoseconds, or back if they are negative. */
  public void advanceNanos(long time) {
    nanos.addAndGet(time);
  }

  /** The reading, for the messages of failed tests. */
  @Override
  public String toString() {
    return "ManualTicker[" + nanos() + " ns]";
  }
}
