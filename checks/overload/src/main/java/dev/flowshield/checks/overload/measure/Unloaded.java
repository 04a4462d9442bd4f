package dev.flowshield.checks.overload.measure;

/**
 * Latencies of the server in quiet times, without protection, in nanoseconds.
 *
 * <p>They are measured by themselves and not before each overload, so that all protections are
 * compared with the same.
 */
public record Unloaded(double p50, double p90, double p99) {

  /** Not known, as long as they are being measured. */
  public static final Unloaded UNKNOWN = new Unloaded(Double.NaN, Double.NaN, Double.NaN);
}
