package dev.flowshield.engine.limiter;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.spi.RateAlgorithm;
import dev.flowshield.spi.RateLimiterEngine;

/** Runs any algorithm on the key table. */
public final class KeyTableEngine implements RateLimiterEngine {

  @Override
  public RateLimiter limiter(RateAlgorithm algorithm, LimiterSpec spec) {
    return new KeyedLimiter(algorithm, spec);
  }
}
