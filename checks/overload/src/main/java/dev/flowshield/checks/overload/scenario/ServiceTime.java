package dev.flowshield.checks.overload.scenario;

/**
 * The distribution of the work of a request.
 *
 * <p>Pure functions of uniform numbers. A request carries its own numbers, so its work is the same
 * under each protection.
 */
public sealed interface ServiceTime {

  /** Returns the mean, in nanoseconds. */
  double mean();

  /**
   * Returns the route of a request.
   *
   * @param u uniform, 0 to 1
   */
  default int route(double u) {
    return 0;
  }

  /**
   * Returns the nanoseconds of work.
   *
   * @param u uniform, 0 to 1
   * @param v uniform, 0 to 1
   */
  double nanos(int route, double u, double v);

  /** Returns this distribution, scaled by a factor. */
  ServiceTime times(double factor);

  /** A constant time. */
  record Constant(double mean) implements ServiceTime {

    @Override
    public double nanos(int route, double u, double v) {
      return mean;
    }

    @Override
    public Constant times(double factor) {
      return new Constant(factor * mean);
    }
  }

  /** An exponential distribution. */
  record Exponential(double mean) implements ServiceTime {

    @Override
    public double nanos(int route, double u, double v) {
      return -mean * Math.log1p(-u);
    }

    @Override
    public Exponential times(double factor) {
      return new Exponential(factor * mean);
    }
  }

  /** Two routes: a fast one, 0, and a slow one, 1. */
  record Bimodal(double fast, double slow, double shareOfSlow) implements ServiceTime {

    @Override
    public double mean() {
      return fast + (slow - fast) * shareOfSlow;
    }

    @Override
    public int route(double u) {
      return u < shareOfSlow ? 1 : 0;
    }

    @Override
    public double nanos(int route, double u, double v) {
      return route == 1 ? slow : fast;
    }

    @Override
    public Bimodal times(double factor) {
      return new Bimodal(factor * fast, factor * slow, shareOfSlow);
    }
  }

  /**
   * A lognormal distribution, capped at 100 times the mean. For a sigma up to 1.5, the cap lowers
   * the mean by less than 1 %.
   */
  record Lognormal(double mean, double sigma) implements ServiceTime {

    private static final double MOST = 100;

    @Override
    public double nanos(int route, double u, double v) {
      double normal = Math.sqrt(-2 * Math.log1p(-u)) * Math.cos(2 * Math.PI * v);
      return mean * Math.min(MOST, Math.exp(sigma * normal - sigma * sigma / 2));
    }

    @Override
    public Lognormal times(double factor) {
      return new Lognormal(factor * mean, sigma);
    }
  }
}
