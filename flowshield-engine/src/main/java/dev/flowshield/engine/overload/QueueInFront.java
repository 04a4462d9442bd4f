package dev.flowshield.engine.overload;

import dev.flowshield.Pressure;
import java.util.Arrays;
import java.util.Locale;

/**
 * Samples of the time that requests wait in front of the gate, such as for a thread of a busy pool.
 * Requests of all levels for which that is too long are rejected until a sample has waited less. A
 * queue in front is therefore worked off at once, because a rejection costs next to nothing.
 *
 * <p>The higher the level, the longer it may wait, by equal steps. Under extreme pressure, default
 * work of a client that sends little may wait for 1.2 times the latency of work, and at least 24
 * ms. Otherwise it may wait five times as long: a server that is busy, but not too busy, has such
 * waits.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
final class QueueInFront {

  private static final double NANOS_PER_MILLI = 1e6;
  private static final long LONG_NANOS = 20_000_000;
  private static final int PATIENCE = 5; // unless the pressure is extreme
  private static final int LEVELS_OF_LONG = 5; // that may not wait for so long
  private static final long FORGET_NANOS = 1_000_000_000; // as samples may have come to an end

  private int waiting; // levels that wait for too long
  private int before; // would have waited for too long by the last sample
  private long heardAt;
  private boolean wasLong;
  private long nanosBefore; // of the last sample
  private long longNanos; // when it was too long last
  private long longStep;

  /**
   * Learns how long a request, or a probe task, was queued before the gate was asked. Returns
   * whether {@link #bound} has changed.
   *
   * @param latencyNanos the latency of work
   * @param pressure how hard the server is pressed
   * @param isAfterPause of the process: requests that arrived meanwhile are worked off, which may
   *     take some time
   */
  boolean waited(long nanos, long latencyNanos, Pressure pressure, boolean isAfterPause, long now) {
    int patience = pressure == Pressure.EXTREME ? 1 : PATIENCE;
    long step = patience * Math.max(LONG_NANOS, latencyNanos) / LEVELS_OF_LONG;
    int levels = isAfterPause ? 0 : (int) Math.min(PriorityLevels.COUNT, nanos / step);
    int byBoth = Math.min(levels, before);
    if (byBoth > 0) {
      longNanos = Math.min(nanos, nanosBefore);
      longStep = step;
    }
    before = levels;
    nanosBefore = nanos;
    heardAt = now;
    return change(byBoth);
  }

  /** Returns how long requests waited when it was too long last, and how long they may. */
  String evidence() {
    return String.format(
        Locale.ROOT,
        "%.0f ms, where %.0f to %.0f ms are allowed by what they mean",
        longNanos / NANOS_PER_MILLI,
        longStep / NANOS_PER_MILLI,
        PriorityLevels.COUNT * longStep / NANOS_PER_MILLI);
  }

  /** Takes note of the time, and returns whether {@link #bound} has changed. */
  boolean look(long now) {
    return now - heardAt >= FORGET_NANOS && change(0);
  }

  private boolean change(int levels) {
    boolean hasChanged = levels != waiting;
    wasLong |= levels > 0;
    waiting = levels;
    return hasChanged;
  }

  /** Returns whether requests wait for too long. */
  boolean isLong() {
    return waiting > 0;
  }

  /** Returns whether they did since the last call. */
  boolean wasLong() {
    boolean was = wasLong;
    wasLong = waiting > 0;
    return was;
  }

  /** Leaves no slot to the levels that wait for too long. */
  void bound(int[] caps) {
    Arrays.fill(caps, 0, waiting, 0);
  }
}
