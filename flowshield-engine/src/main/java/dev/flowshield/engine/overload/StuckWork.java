package dev.flowshield.engine.overload;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The slots that are held by work which does not end, such as the requests of slow clients. By
 * Little's law, the work that ends explains how much is in flight: the sum of its latencies over
 * the time. The rest, for a second and in each fifth of it, is held.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
final class StuckWork {

  private static final long SPAN_NANOS = 200_000_000;
  private static final int SPANS = 5;

  private static final double HARDLY_ANY = 0.5; // slots

  private final double[] busy = new double[SPANS]; // with work whose latency counts
  private final double[] taken = new double[SPANS]; // at the most, by all work that has ended
  private final double[] unexplained = new double[SPANS];
  private int next;
  private boolean isSpanOpen;
  private long[] from = {};
  private long fromAt;

  StuckWork() {
    Arrays.fill(busy, Double.MAX_VALUE); // not known before a second
    Arrays.fill(taken, Double.MAX_VALUE);
  }

  /**
   * Looks; whether {@link #count} may have changed.
   *
   * @param latency the latency of work that waits for nothing, in ticks
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
    Window span = WindowCounters.between(from, totals, nanos);
    busy[next] = span.latencies() / span.ticks();
    taken[next] =
        busy[next] + span.unknown() + WindowCounters.left(totals) - WindowCounters.left(from);
    unexplained[next] = inFlight - busy[next];
    next = (next + 1) % SPANS;
    from = totals;
    fromAt = now;
    return true;
  }

  /** Returns how many there are, at the least. */
  int count() {
    double least = Double.MAX_VALUE;
    for (double each : unexplained) {
      least = Math.min(least, each);
    }
    return (int) Math.max(0, least);
  }

  /** Returns whether work whose latency counts takes next to no slots. */
  boolean areOthersIdle() {
    return areHardlyAny(busy);
  }

  /** Returns whether there are some, and all work that ends takes next to no slots. */
  boolean areAll() {
    return areHardlyAny(taken) && count() > 0;
  }

  private static boolean areHardlyAny(double[] slots) {
    for (double each : slots) {
      if (each > HARDLY_ANY) {
        return false;
      }
    }
    return true;
  }
}
