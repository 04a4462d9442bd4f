package dev.flowshield.testkit;

import dev.flowshield.RateLimiter;
import dev.flowshield.spi.LimiterSpec;

/** A limiter that is right passes, with all that a limiter can be able to do. */
class ExactLimiterContractTest implements RateLimiterContract {

  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    return new ExactLimiter(spec);
  }
}
