package dev.flowshield.benchmarks.report;

import java.util.List;

/**
 * What a server did under load.
 *
 * @param server as {@code Undertow}
 * @param name what stood before its application, as {@code flowShield}
 * @param perSecond requests that were answered in a second
 * @param rejected the part of them that was rejected, 0 to 1
 * @param p50Micros the latency of half of them, of all turns together
 * @param p99Micros the latency of all but one in a hundred
 * @param cpuMicros the CPU time of the server's process for a request
 * @param bytes what its threads allocated for a request
 * @param ratios requests a second to those of the bare server, of each round
 * @param difference how what stood there differs from a shield; empty if it does not
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

  /** The name where nothing stands there. */
  public static final String BARE = "bare";
  /** The same in another process, which shows what the noise is. */
  public static final String BARE_AGAIN = "bareAgain";
  /** A shield as it is without settings, but for how much it admits. */
  public static final String PLAIN = "flowShieldPlain";
  /** A shield with everything switched on. */
  public static final String EVERYTHING = "flowShieldEverything";
  /** What stands behind the name if most had to be rejected. */
  public static final String IN_FLOOD = "InFlood";

  /** Requests a second to those of the bare server, the median of the rounds. */
  public double ratio() {
    return quantile(0.5);
  }

  /** The same, below which this part of the rounds lies. */
  double quantile(double part) {
    List<Double> sorted = ratios.stream().sorted().toList();
    double at = part * (sorted.size() - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.size() - 1);
    return sorted.get(below) + (at - below) * (sorted.get(above) - sorted.get(below));
  }
}
