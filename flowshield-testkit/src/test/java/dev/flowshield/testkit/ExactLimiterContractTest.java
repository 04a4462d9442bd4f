package dev.flowshield.testkit;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;

/** A limiter that is right passes, with all that a limiter can be able to do. */
class ExactLimiterContractTest implements RateLimiterContract {

  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    return new ExactLimiter(spec);
  }
}
