package dev.flowshield.checks.overload.measure;

import dev.flowshield.checks.overload.scenario.Span;

/** The limit of a protection over time, read every 100 ms. Not thread-safe. */
final class Limits {

  private final long from;
  private final long to;
  private double largest = Double.NaN;
  private double count;
  private double sumX;
  private double sumY;
  private double sumXx;
  private double sumXy;

  /** Creates limits whose slope is that of the second half of an overload. */
  Limits(Span overload) {
    this.from = (overload.from() + overload.to()) / 2;
    this.to = overload.to();
  }

  void read(long now, int limit) {
    if (limit == Integer.MAX_VALUE) {
      return;
    }
    largest = Double.isNaN(largest) ? limit : Math.max(largest, limit);
    if (from <= now && now < to) {
      double x = (double) (now - from) / (to - from);
      count++;
      sumX += x;
      sumY += limit;
      sumXx += x * x;
      sumXy += x * limit;
    }
  }

  double largest() {
    return largest;
  }

  /** Returns the slope by least squares, over the whole time, as a share of the mean. */
  double slope() {
    double slope = (count * sumXy - sumX * sumY) / (count * sumXx - sumX * sumX);
    return slope / (sumY / count);
  }
}
