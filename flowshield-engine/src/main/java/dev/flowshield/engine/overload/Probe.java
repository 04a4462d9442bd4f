package dev.flowshield.engine.overload;

import dev.flowshield.Pressure;

/**
 * Tries for a moment whether the server does as much with half of the limit while work takes less
 * time. If so, work has been waiting for work all the time, and the assumed latency of work that
 * waits for nothing was that of a queue. This happens to a server that is overloaded from its first
 * second on.
 *
 * <p>Only where requests are rejected anyway, and the less often the less it finds.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
final class Probe {

  private static final long SOON_NANOS = 1_000_000_000;
  private static final long USUAL_NANOS = 10_000_000_000L;
  private static final long LONGEST_NANOS = 60_000_000_000L;
  private static final int SOON = 3; // times the latency
  private static final int USUAL = 50;
  private static final double SETTLING = 1.3; // times the latency
  private static final double AS_MUCH = 0.8; // of the throughput
  private static final double LESS = 0.8; // of the latency

  private long interval = SOON_NANOS;
  private long dueAt;
  private boolean isOpen;
  private long settledAt;
  private boolean isSettled;
  private double throughputBefore;

  /**
   * Returns whether to begin one, after a window.
   *
   * @param hasSeenQuietTimes whether the server was seen when it was not overloaded
   */
  boolean isDue(Pressure pressure, boolean hasSeenQuietTimes, Window last, long now) {
    if (pressure == Pressure.EXTREME) {
      return now - dueAt >= 0;
    }
    if (pressure == Pressure.NORMAL) {
      interval = hasSeenQuietTimes ? USUAL_NANOS : SOON_NANOS;
    }
    wait(last, now);
    return false;
  }

  private void wait(Window last, long now) {
    long latencies =
        (long) ((interval == SOON_NANOS ? SOON : USUAL) * last.latency() * Window.NANOS_PER_TICK);
    dueAt = now + Math.max(interval, latencies);
  }

  /** Half of the limit holds from now on. */
  void begin(Window last, double throughput, long now) {
    isOpen = true;
    isSettled = false;
    throughputBefore = throughput;
    settledAt = now + (long) (SETTLING * last.latency() * Window.NANOS_PER_TICK);
  }

  /** Returns whether half of the limit holds. */
  boolean isOpen() {
    return isOpen;
  }

  /**
   * Judges a window that ends while half of the limit holds. Returns whether it shows that work has
   * been waiting. Then, or if it does not, it is over, unless the work has to settle first.
   */
  boolean close(Window window, double baseline, long now) {
    if (!isSettled) {
      isSettled = now - settledAt >= 0; // the next window is the one that counts
      return false;
    }
    isOpen = false;
    boolean hasWaited = window.throughput() >= AS_MUCH * throughputBefore
        && window.latency() <= LESS * baseline
        && window.isClearlyFaster(baseline);
    interval = hasWaited ? SOON_NANOS : Math.min(2 * interval, LONGEST_NANOS);
    wait(window, now);
    return hasWaited;
  }
}
