package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.scenario.Load;
import dev.flowshield.checks.overload.scenario.Load.Piece;
import dev.flowshield.checks.overload.scenario.RandomStream;

/**
 * A Poisson process with a rate that changes.
 *
 * <p>The expected arrivals between one and the next are exponentially distributed with mean 1; the
 * instant is where the integral of the rate has grown by as much.
 */
final class Arrivals {

  /** After the last one. */
  static final long NEVER = Long.MAX_VALUE;

  private final RandomStream random;
  private final Load load;
  private final double unit;
  private int piece;
  private double last;

  /**
   * Arrivals of a load.
   *
   * @param unit requests per nanosecond that a load of 1 is
   */
  Arrivals(Load load, double unit, RandomStream random) {
    this.random = random;
    this.load = load;
    this.unit = unit;
  }

  /** When the next one is. */
  long next() {
    double expected = random.exponential();
    while (piece < load.pieces().size()) {
      Piece current = load.pieces().get(piece);
      double growth = unit * (current.end() - current.start()) / (current.to() - current.from());
      double rate = unit * current.start() + growth * (last - current.from());
      double remaining = current.to() - last;
      double inRest = remaining * (rate + growth * remaining / 2);
      if (inRest > expected) {
        // rate * x + growth * x * x / 2 = expected, in the form that divides by no growth
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
