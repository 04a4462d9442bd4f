package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.Load;
import dev.flowshield.checks.overload.scenario.Load.Piece;
import dev.flowshield.checks.overload.scenario.RandomStream;

/**
 * A Poisson process with a changing rate.
 *
 * <p>The expected arrivals between two arrivals are exponentially distributed with mean 1. The next
 * arrival is at the instant at which the integral of the rate has grown by that number.
 */
final class Arrivals {

  /** The time after the last arrival. */
  static final long NEVER = Long.MAX_VALUE;

  private final RandomStream random;
  private final Load load;
  private final double unit;
  private int piece;
  private double last;

  /**
   * Creates the arrivals of a load.
   *
   * @param unit the requests per nanosecond of a load of 1
   */
  Arrivals(Load load, double unit, RandomStream random) {
    this.random = random;
    this.load = load;
    this.unit = unit;
  }

  /** Returns the time of the next arrival. */
  long next() {
    double expected = random.exponential();
    while (piece < load.pieces().size()) {
      Piece current = load.pieces().get(piece);
      double growth = unit * (current.end() - current.start()) / (current.to() - current.from());
      double rate = unit * current.start() + growth * (last - current.from());
      double remaining = current.to() - last;
      double inRest = remaining * (rate + growth * remaining / 2);
      if (inRest > expected) {
        // rate * x + growth * x * x / 2 = expected, in the form that does not divide by growth
        last += 2 * expected / (rate + Math.sqrt(rate * rate + 2 * growth * expected));
        return (long) last;
      }
      expected -= inRest;
      last = current.to();
      piece++;
    }
    return NEVER;
  }
}
