package dev.flowshield;

import java.util.concurrent.CompletableFuture;

/**
 * A source of elapsed time for limiters: monotonic nanoseconds from an arbitrary origin, as
 * returned by {@link System#nanoTime()}.
 *
 * <p>Only differences of readings are meaningful, and the value may wrap around. Tests use a ticker
 * that they advance by hand.
 *
 * <p><b>Steps back.</b> If a reading steps back, the built-in limiters reject for the length of the
 * step. They do not admit more, unless the step exceeds 2.4 hours; permits taken before such a step
 * may be forgotten. A permit counts at the reading by which its call was decided. The readings of
 * any span admit at most the limit for that span, even if the clock passes the span several times.
 * There are three exceptions:
 *
 * <ul>
 *   <li>Permits that are refunded while the clock is behind may be taken once more.
 *   <li>If the limit is changed while the clock is behind, the permits refilled in the length of
 *       the step may be taken once more.
 *   <li>A limit without keys whose burst is large enough for striping may admit a 64th of its burst
 *       once more.
 * </ul>
 *
 * <p><b>For implementers.</b> Implementations must be thread-safe and must not call the limiter
 * that reads them. A limiter may hold a lock during the reading and throws {@link
 * IllegalStateException} if it would have to wait for itself. A check reads the ticker once, and
 * again if it rejects a key or if another thread interferes. The reading is the largest single cost
 * of a check, so it must be cheap.
 */
@FunctionalInterface
public interface Ticker {

  /** Returns the current time, in nanoseconds. */
  long nanos();

  /**
   * Returns a future that completes after the given time on this ticker. Cancel it when it is no
   * longer needed. Waiting for permits uses this method.
   *
   * <p>The default implementation uses the time of the machine, so a ticker with another time must
   * override it. Dependent stages run on the timer thread and must be short.
   *
   * @param nanos the time in nanoseconds. The future completes at once unless it is positive
   */
  default CompletableFuture<Void> after(long nanos) {
    return SystemTicker.timer(nanos);
  }

  /** Returns the ticker of this machine, {@link System#nanoTime()}. */
  static Ticker system() {
    return SystemTicker.SYSTEM;
  }
}
