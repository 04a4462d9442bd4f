package dev.flowshield.benchmarks.report;

/**
 * The measurements of one benchmark.
 *
 * @param suite the suite, such as {@code SingleLimiter}
 * @param name the library and the call, such as {@code flowShieldAdmits}
 * @param clients the number of live clients, 0 without keys
 * @param keys {@code made} for each call or {@code ready} before it; empty without keys
 * @param threads the number of threads
 * @param nanos the mean time of a call, in each thread
 * @param spread half of the difference between the slowest and the fastest iteration, in
 *     nanoseconds
 * @param bytes the bytes allocated by a call
 * @param cores the share of a core of each thread, 0 to 1
 * @param processCores the number of cores used by the process, including its compiler and collector
 * @param kept the iterations that count: those in which the threads had their cores
 * @param iterations all iterations
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
   * The share of a core that each thread must have had. With less, the row measured other
   * processes, or a lock.
   */
  public static final double ENOUGH = 0.93;

  /** Returns a missing row: comparisons with it have no verdict. */
  static Row missing(String suite, String name) {
    return new Row(
        suite, name, 0, "", 0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0, 0);
  }

  /** Returns whether the threads did not have their cores. */
  public boolean disturbed() {
    return cores < ENOUGH;
  }

  /** Returns the calls per nanosecond of all threads together. */
  double throughput() {
    return threads / nanos;
  }

  boolean isPeer() {
    return !name.startsWith("floor") && !name.startsWith("flowShield");
  }
}
