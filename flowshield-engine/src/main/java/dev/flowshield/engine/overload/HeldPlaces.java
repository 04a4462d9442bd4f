package dev.flowshield.engine.overload;

import java.util.function.Supplier;

/**
 * The places that are held by work which does not end, such as the requests of slow clients. By
 * Little's law, the work that ends explains how much is in flight: the sum of its latencies over
 * the time. What it does not explain, for a second and in each fifth of it, is held.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
final class HeldPlaces {

  private static final long SPAN_NANOS = 200_000_000;
  private static final int SPANS = 5;

  private final double[] unexplained = new double[SPANS];
  private int next;
  private boolean isSpanOpen;
  private long[] from = {};
  private long fromAt;

  /**
   * Looks; whether {@link #count} may have changed.
   *
   * @param latency what work takes that waits for nothing, in ticks
   */
  boolean look(Supplier<long[]> sums, int inFlight, double latency, long now) {
    if (!isSpanOpen) {
      isSpanOpen = true;
      from = sums.get();
      fromAt = now;
      return false;
    }
    long nanos = now - fromAt;
    if (nanos < Math.max(SPAN_NANOS, latency * Window.NANOS_PER_TICK)) {
      return false;
    }
    long[] totals = sums.get();
    Window span = Sums.between(from, totals, nanos);
    unexplained[next] = inFlight - span.latencies() / span.ticks();
    next = (next + 1) % SPANS;
    from = totals;
    fromAt = now;
    return true;
  }

  /** How many there are, at the least. */
  int count() {
    double least = Double.MAX_VALUE;
    for (double each : unexplained) {
      least = Math.min(least, each);
    }
    return (int) Math.max(0, least);
  }
}
