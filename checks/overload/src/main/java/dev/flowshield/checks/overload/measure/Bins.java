package dev.flowshield.checks.overload.measure;

import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Span;

/** Counts for each 100 ms of virtual time. Not thread-safe. */
final class Bins {

  /** In nanoseconds. */
  static final long WIDTH = 100 * Span.MILLISECOND;

  static final int IN_A_SECOND = (int) (Span.SECOND / WIDTH);

  private static final double CONVERGED_GOODPUT = .9;
  private static final double CONVERGED_LATENCY = 3;
  private static final double RECOVERED_REJECTIONS = .001;
  private static final double RECOVERED_LATENCY = 2.5;
  private static final double P90 = .9;

  private final Scenario scenario;
  private final double convergedP90;
  private final double recoveredP90;

  private final int[] offered;
  private final int[] good;
  private final int[] attempts;
  private final int[] rejected;
  private final int[] ended;
  private final int[] endedConverged;
  private final int[] endedRecovered;
  private final double[] servable;

  Bins(Scenario scenario, Unloaded unloaded) {
    this.scenario = scenario;
    this.convergedP90 = CONVERGED_LATENCY * unloaded.p90();
    this.recoveredP90 = RECOVERED_LATENCY * unloaded.p90();
    int count = of(scenario.lastAnswer()) + 1;
    offered = new int[count];
    good = new int[count];
    attempts = new int[count];
    rejected = new int[count];
    ended = new int[count];
    endedConverged = new int[count];
    endedRecovered = new int[count];
    servable = new double[count];
  }

  private static int of(long instant) {
    return (int) (instant / WIDTH);
  }

  void offered(long now) {
    offered[of(now)]++;
  }

  void good(long now) {
    good[of(now)]++;
  }

  void decided(long now, boolean isRejected) {
    attempts[of(now)]++;
    rejected[of(now)] += isRejected ? 1 : 0;
  }

  void ended(long now, long latency) {
    ended[of(now)]++;
    endedConverged[of(now)] += latency <= convergedP90 ? 1 : 0;
    endedRecovered[of(now)] += latency <= recoveredP90 ? 1 : 0;
  }

  /** Computes the servable requests. Must be called after the last count. */
  void finish() {
    for (int bin = 0; bin < servable.length; bin++) {
      long middle = bin * WIDTH + WIDTH / 2;
      double rate = scenario.offered(middle);
      double possible = scenario.servable(middle);
      // The actual arrivals if all of them could be served, so that random arrivals do not count as
      // an achievement.
      servable[bin] = possible == rate ? offered[bin] : possible * WIDTH;
    }
  }

  double goodput(Span span) {
    return goodput(of(span.from()), of(span.to()));
  }

  private double goodput(int from, int to) {
    double possible = 0;
    for (int bin = from; bin < to; bin++) {
      possible += servable[bin];
    }
    return sum(good, from, to) / possible;
  }

  double rejectionsForEachRequest(Span span) {
    int from = of(span.from());
    int to = of(span.to());
    return (double) sum(rejected, from, to) / sum(offered, from, to);
  }

  /**
   * Returns the seconds from an instant to the first good second; infinite if there is no good
   * second, NaN if nothing could be served.
   */
  double convergence(Span span) {
    int first = of(span.from());
    if (Double.isNaN(goodput(span))) {
      return Double.NaN;
    }
    for (int bin = first; bin + IN_A_SECOND <= of(span.to()); bin++) {
      int to = bin + IN_A_SECOND;
      if (goodput(bin, to) >= CONVERGED_GOODPUT && areFast(endedConverged, bin, to)) {
        return (double) (bin - first) / IN_A_SECOND;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  /**
   * Returns the seconds from an instant to the first second like those before the overload;
   * infinite if there is no such second.
   */
  double recovery(Span span) {
    int first = of(span.from());
    for (int bin = first; bin + IN_A_SECOND <= of(span.to()); bin++) {
      int to = bin + IN_A_SECOND;
      if (sum(rejected, bin, to) <= RECOVERED_REJECTIONS * sum(attempts, bin, to)
          && areFast(endedRecovered, bin, to)) {
        return (double) (bin - first) / IN_A_SECOND;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  private boolean areFast(int[] fast, int from, int to) {
    long all = sum(ended, from, to);
    return all > 0 && sum(fast, from, to) >= P90 * all;
  }

  private static long sum(int[] counts, int from, int to) {
    long sum = 0;
    for (int bin = from; bin < to; bin++) {
      sum += counts[bin];
    }
    return sum;
  }
}
