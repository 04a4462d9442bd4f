package dev.flowshield.engine.overload;

import dev.flowshield.Pressure;

/**
 * Finds pauses of the process, as the collector of garbage makes them: no request comes or ends for
 * much longer than is usual. Those that have come meanwhile come all at once then, and are no
 * overload: this many more may be in flight for a while. And work that was in flight has taken
 * longer than it takes.
 *
 * <p>Threads that get no turn on busy processors look the same, again and again. Therefore the work
 * that follows within a second of the last pause that was excused is not.
 *
 * <p>{@link #isToLook} is for any thread; all else is confined to the thread that holds the gate's
 * lock.
 */
final class PauseDetector {

  private static final long STEP_NANOS = 1_000_000; // between two looks, so that few write
  private static final long SHORTEST_NANOS = 20_000_000;
  private static final long LONGEST_NANOS = 1_000_000_000; // that counts: few wait longer
  private static final double FEWEST_MISSED = 10; // as fewer may fail to come by chance
  private static final int LASTS = 4; // times the pause
  private static final long REST_NANOS = 1_000_000_000;

  private volatile long seenAt;
  private double perTick; // requests that are usual
  private int more;
  private long moreUntil;
  private boolean inWindow;
  private boolean inWindowBefore;

  PauseDetector(long now) {
    this.seenAt = now;
    this.moreUntil = now - REST_NANOS;
  }

  /** Returns whether it has not been looked for some time. */
  boolean isToLook(long now) {
    return now - seenAt >= STEP_NANOS;
  }

  /** So many requests are usual from now on. */
  void follow(double newPerTick) {
    this.perTick = newPerTick;
  }

  /** Looks for a pause that ends now; whether {@link #more} has changed. */
  boolean look(long now, Pressure pressure) {
    long gap = now - seenAt;
    seenAt = now;
    long pause = Math.min(gap, LONGEST_NANOS);
    double missed = perTick * pause / Window.NANOS_PER_TICK;
    if (gap >= SHORTEST_NANOS && missed >= FEWEST_MISSED) {
      inWindow = true;
      if (pressure != Pressure.EXTREME && now - moreUntil >= REST_NANOS) {
        more = (int) missed;
        moreUntil = now + LASTS * pause;
        return true;
      }
    }
    if (more > 0 && now - moreUntil >= 0) {
      more = 0;
      return true;
    }
    return false;
  }

  /** Returns the work that may be in flight beyond the caps. */
  int more() {
    return more;
  }

  /** Returns whether there was a pause in the window so far. */
  boolean isIn() {
    return inWindow;
  }

  /**
   * Returns whether there was a pause in the window that ends now, and no pause in the one before.
   */
  boolean hadOne() {
    boolean alone = inWindow && !inWindowBefore;
    inWindowBefore = inWindow;
    inWindow = false;
    return alone;
  }
}
