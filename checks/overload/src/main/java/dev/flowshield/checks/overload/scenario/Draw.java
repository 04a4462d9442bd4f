package dev.flowshield.checks.overload.scenario;

import java.util.List;

/** Random draws for random scenarios. Not thread-safe. */
final class Draw {

  private final RandomStream random;

  Draw(RandomStream random) {
    this.random = random;
  }

  /** Returns true with the given probability. */
  boolean is(double probability) {
    return random.uniform() < probability;
  }

  double between(double lower, double upper) {
    return random.between(lower, upper);
  }

  double logUniform(double lower, double upper) {
    return Math.exp(random.between(Math.log(lower), Math.log(upper)));
  }

  <T> T of(List<T> all) {
    return all.get((int) random.between(0, all.size()));
  }

  /** Draws a distribution with a mean of 1 ms. */
  ServiceTime shape(double mostSigma) {
    return switch ((int) random.between(0, 4)) {
      case 0 -> Times.constant(1);
      case 1 -> Times.exponential(1);
      case 2 -> Times.bimodal(1);
      default -> Times.lognormal(1, random.between(.5, mostSigma));
    };
  }
}
