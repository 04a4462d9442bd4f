package dev.flowshield.spi;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;

/**
 * The engine that turns a {@link RateAlgorithm} into a limiter. It keeps a word for each key in
 * bounded memory and steps the words exactly, with any number of threads. Provided by {@code
 * flowshield-engine} and used by {@link RateLimiter#of(RateAlgorithm, LimiterSpec)}.
 */
public interface RateLimiterEngine {

  /**
   * Creates a limiter that runs the algorithm. Uses the ticker and the maximum number of keys of
   * the specification; the algorithm has the limits.
   */
  RateLimiter limiter(RateAlgorithm algorithm, LimiterSpec spec);
}
