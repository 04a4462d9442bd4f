package dev.flowshield.engine.overload;

import java.util.Arrays;

/**
 * The work that a server ends in a tick: an average, and the most of the last windows.
 *
 * <p>Confined to the thread that closes windows.
 */
final class Throughput {

  private static final int WINDOWS = 10;

  private final double[] recent = new double[WINDOWS];
  private int next;
  private double average;

  void add(double perTick) {
    recent[next] = perTick;
    next = (next + 1) % WINDOWS;
    average += 0.5 * (perTick - average);
  }

  /** Begins, with a value that is known otherwise. */
  void begin(double perTick) {
    Arrays.fill(recent, perTick);
    average = perTick;
  }

  /** Returns an average in which later windows have more weight. */
  double now() {
    return average;
  }

  /** Returns the most of the last {@value #WINDOWS} windows. */
  double most() {
    double most = 0;
    for (double each : recent) {
      most = Math.max(most, each);
    }
    return most;
  }
}
