package dev.flowshield.checks.overload.scenario;

/**
 * A stream of random numbers from a seed.
 *
 * <p>Equal on every JDK. Streams of neighboring seeds, and the forks of one stream, are
 * independent. Not thread-safe. Source: Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, 2014 (SplitMix64).
 */
public final class RandomStream {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1.0p-53;

  private long state;

  /** Creates the stream of a seed. */
  public RandomStream(long seed) {
    this.state = mix64(seed);
  }

  /** Returns another stream of the same seed, for another purpose. */
  public RandomStream fork(long purpose) {
    return new RandomStream(state ^ mix64(purpose + GOLDEN));
  }

  /** Mixes bits, so that each bit of the result depends on each bit of the argument. */
  public static long mix64(long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /**
   * Returns a number that depends only on the family and the index.
   *
   * @return a number from 0 to 1, exclusive
   */
  public static double uniformOf(long family, int index) {
    return unit(mix64(family + (index + 1) * GOLDEN));
  }

  /** Returns 64 random bits. */
  public long nextLong() {
    state += GOLDEN;
    return mix64(state);
  }

  /** Returns a number from 0 to 1, exclusive. */
  public double uniform() {
    return unit(nextLong());
  }

  /** Returns a number from the lower bound to the upper bound, exclusive. */
  public double between(double lower, double upper) {
    return lower + (upper - lower) * uniform();
  }

  /** Returns an exponentially distributed number with mean 1. */
  public double exponential() {
    return -Math.log1p(-uniform());
  }

  private static double unit(long bits) {
    return (bits >>> 11) * UNIT;
  }
}
