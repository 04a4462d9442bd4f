package dev.flowshield.examples;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.RateLimiterContract;

// snippet: contract
class VipLimiterContractTest implements RateLimiterContract {

  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    return RateLimiter.of("vip", spec);
  }

  @Override
  public boolean canEnforceSeveralLimits() {
    return true; // unless overridden, one limit on each key
  }
}
// end
