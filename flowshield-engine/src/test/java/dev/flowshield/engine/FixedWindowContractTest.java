package dev.flowshield.engine;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.RateLimiterContract;
import java.time.Duration;
import java.util.List;

class FixedWindowContractTest implements RateLimiterContract {

  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    return RateLimiter.of("fixed-window", spec);
  }

  @Override
  public List<RateLimit> limits() {
    return RateLimit.parseAll("10/s, 1/s, 7/s, 60/min, 7/us");
  }

  /** The permits of each window that a span of this length can touch. */
  @Override
  public long worstCase(RateLimit limit, Duration span) {
    return limit.permits() * (1 - Math.floorDiv(-span.toNanos(), limit.period().toNanos()));
  }

  @Override
  public boolean canEnforceSeveralLimits() {
    return true;
  }
}
