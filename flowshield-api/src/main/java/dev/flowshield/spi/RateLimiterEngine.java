package dev.flowshield.spi;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;

/**
 * Turns a {@link RateAlgorithm} into a limiter: keeps a word for each key in bounded memory and
 * steps it, exactly, under any number of threads. Provided by {@code flowshield-engine}; reached
 * through {@link RateLimiter#of(RateAlgorithm, LimiterSpec)}.
 */
public interface RateLimiterEngine {

  /**
   * A new limiter that runs the algorithm. Reads the ticker and the key cap of the spec; the limits
   * are the algorithm's.
   */
  RateLimiter limiter(RateAlgorithm algorithm, LimiterSpec spec);
}
