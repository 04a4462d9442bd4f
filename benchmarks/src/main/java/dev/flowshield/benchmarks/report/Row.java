package dev.flowshield.benchmarks.report;

/**
 * What one benchmark measured.
 *
 * @param suite whose question it answers, as {@code SingleLimiter}
 * @param name who was asked and what, as {@code flowShieldAdmits}
 * @param clients how many are live, 0 without keys
 * @param keys {@code made} for each call or {@code ready} before it; empty without keys
 * @param threads how many asked at once
 * @param nanos the mean time of a call, in each thread
 * @param spread half of what lies between the slowest and the fastest iteration, in nanoseconds
 * @param bytes what a call allocates
 * @param cores how much of a core each thread had, 0 to 1
 * @param processCores how many cores the process had, with its compiler and collector
 * @param kept the iterations that count: those in which the threads had their cores
 * @param iterations all of them
 */
public record Row(
    String suite,
    String name,
    int clients,
    String keys,
    int threads,
    double nanos,
    double spread,
    double bytes,
    double cores,
    double processCores,
    int kept,
    int iterations) {

  /**
   * The part of a core that each thread must have had, or what it measured is other processes'
   * doing, or that of a lock.
   */
  public static final double ENOUGH = 0.93;

  /** A row that is not there: whatever is compared with it is neither passed nor missed. */
  static Row missing(String suite, String name) {
    return new Row(
        suite, name, 0, "", 0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0, 0);
  }

  /** Whether the threads did not have their cores. */
  public boolean disturbed() {
    return cores < ENOUGH;
  }

  /** Calls a nanosecond of all threads together. */
  double throughput() {
    return threads / nanos;
  }

  boolean isPeer() {
    return !name.startsWith("floor") && !name.startsWith("flowShield");
  }
}
