package dev.flowshield.checks.overload.scenario;

/**
 * Random numbers from a seed.
 *
 * <p>The same on every JDK. Streams of neighboring seeds, and the forks of one stream, have nothing
 * in common. Not thread-safe. Source: Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, 2014 (SplitMix64).
 */
public final class RandomStream {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1.0p-53;

  private long state;

  /** The stream of a seed. */
  public RandomStream(long seed) {
    this.state = mix64(seed);
  }

  /** Another stream of the same seed, for another purpose. */
  public RandomStream fork(long purpose) {
    return new RandomStream(state ^ mix64(purpose + GOLDEN));
  }

  /** Each bit of the result depends on each bit of the argument. */
  public static long mix64(long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /**
   * A number of a family that has no state: the same for the same family and index, whatever was
   * drawn between.
   *
   * @return 0 to 1, without 1
   */
  public static double uniformOf(long family, int index) {
    return unit(mix64(family + (index + 1) * GOLDEN));
  }

  /** 64 random bits. */
  public long nextLong() {
    state += GOLDEN;
    return mix64(state);
  }

  /** 0 to 1, without 1. */
  public double uniform() {
    return unit(nextLong());
  }

  /** From the lower bound to the upper, without it. */
  public double between(double lower, double upper) {
    return lower + (upper - lower) * uniform();
  }

  /** Exponentially distributed, with mean 1. */
  public double exponential() {
    return -Math.log1p(-uniform());
  }

  private static double unit(long bits) {
    return (bits >>> 11) * UNIT;
  }
}
