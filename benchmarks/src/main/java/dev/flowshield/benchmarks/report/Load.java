package dev.flowshield.benchmarks.report;

import java.util.List;

/**
 * The measurements of a server under load.
 *
 * @param server the server, such as {@code Undertow}
 * @param name the protection of its application, such as {@code flowShield}
 * @param perSecond the responses per second
 * @param rejected the rejected share, 0 to 1
 * @param p50Micros the median latency, over all turns
 * @param p99Micros the 99th percentile of the latency
 * @param cpuMicros the CPU time of the server process per request
 * @param bytes the bytes allocated by its threads per request
 * @param ratios the responses per second relative to the bare server, for each round
 * @param difference the difference between the protection and a shield; empty without a difference
 */
public record Load(
    String server,
    String name,
    double perSecond,
    double rejected,
    double p50Micros,
    double p99Micros,
    double cpuMicros,
    double bytes,
    List<Double> ratios,
    String difference) {

  /** The name of a server without protection. */
  public static final String BARE = "bare";
  /** The name of a second bare server in another process, which shows the noise. */
  public static final String BARE_AGAIN = "bareAgain";
  /** A shield with default settings, apart from its limits. */
  public static final String PLAIN = "flowShieldPlain";
  /** A shield with all features. */
  public static final String EVERYTHING = "flowShieldEverything";
  /** The suffix of the name in a flood, in which most requests are rejected. */
  public static final String IN_FLOOD = "InFlood";

  /** Returns the responses per second relative to the bare server, the median of the rounds. */
  public double ratio() {
    return quantile(0.5);
  }

  /** Returns this ratio, below which the given share of the rounds lies. */
  double quantile(double part) {
    List<Double> sorted = ratios.stream().sorted().toList();
    double at = part * (sorted.size() - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.size() - 1);
    return sorted.get(below) + (at - below) * (sorted.get(above) - sorted.get(below));
  }
}
