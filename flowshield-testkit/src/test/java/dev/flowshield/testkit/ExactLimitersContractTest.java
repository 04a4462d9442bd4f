package dev.flowshield.testkit;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;

/** A correct limiter with several limits and no capabilities, which passes. */
class ExactLimitersContractTest implements RateLimiterContract {

  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    if (spec.limits().size() > 1) {
      return new ExactLimiters(spec);
    }
    RateLimiter one = new ExactLimiter(spec);
    return (key, permits) -> one.decide(key, permits);
  }

  @Override
  public boolean canEnforceSeveralLimits() {
    return true;
  }
}
