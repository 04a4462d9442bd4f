package dev.flowshield.engine;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.RateLimiterContract;

class TokenBucketContractTest implements RateLimiterContract {

  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    return RateLimiter.of("token-bucket", spec);
  }

  @Override
  public boolean canEnforceSeveralLimits() {
    return true;
  }
}
