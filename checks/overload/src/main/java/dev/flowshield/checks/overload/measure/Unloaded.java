package dev.flowshield.checks.overload.measure;

/**
 * The latencies of the server in quiet times, without protection, in nanoseconds.
 *
 * <p>They are measured once and not before each overload, so that all protections are compared with
 * the same values.
 */
public record Unloaded(double p50, double p90, double p99) {

  /** Unknown, while they are being measured. */
  public static final Unloaded UNKNOWN = new Unloaded(Double.NaN, Double.NaN, Double.NaN);
}
