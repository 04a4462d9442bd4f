package dev.flowshield.demo.result;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/** Latencies of requests that were served, from the instant each was due. */
public final class Latencies {

  private static final int DIGITS = 3;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Histogram histogram = new Histogram(DIGITS);

  /** Adds one. */
  public void add(long nanos) {
    histogram.recordValue(Math.max(0, nanos));
  }

  /** Whether nothing was served, so that there is no percentile to give. */
  public boolean isEmpty() {
    return histogram.getTotalCount() == 0;
  }

  /** The latency in milliseconds that a percentage of the requests did not exceed. */
  public double millis(double percentile) {
    return histogram.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
  }

  /** As {@link #millis(double)}, in whole milliseconds for people; a dash if nothing was served. */
  public String text(double percentile) {
    return isEmpty() ? "-" : String.format(Locale.ROOT, "%,d", Math.round(millis(percentile)));
  }
}
