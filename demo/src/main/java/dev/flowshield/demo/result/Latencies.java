package dev.flowshield.demo.result;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/** The latencies of served requests, from the instant each was due. */
public final class Latencies {

  private static final int DIGITS = 3;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Histogram histogram = new Histogram(DIGITS);

  /** Adds a latency. */
  public void add(long nanos) {
    histogram.recordValue(Math.max(0, nanos));
  }

  /** Returns whether no request was served, so that there is no percentile. */
  public boolean isEmpty() {
    return histogram.getTotalCount() == 0;
  }

  /** Returns the latency in milliseconds that a percentage of the requests did not exceed. */
  public double millis(double percentile) {
    return histogram.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
  }

  /** Returns the latency in whole milliseconds as text; a dash if no request was served. */
  public String text(double percentile) {
    return isEmpty() ? "-" : String.format(Locale.ROOT, "%,d", Math.round(millis(percentile)));
  }
}
