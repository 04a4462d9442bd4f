package com.example.app;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.RateLimiterContract;
import java.util.List;

/** A user holds a limiter to the contract, on the JUnit that the user has chosen. */
class OwnLimiterContractTest implements RateLimiterContract {

  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    return new OwnLimiter(spec);
  }

  @Override
  public List<RateLimit> limits() {
    return RateLimit.parseAll("10/s, 60/min burst 5");
  }
}
