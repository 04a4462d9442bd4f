package dev.flowshield.testkit;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;

/** A correct limiter with all capabilities, which passes. */
class ExactLimiterContractTest implements RateLimiterContract {

  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    return new ExactLimiter(spec);
  }
}
