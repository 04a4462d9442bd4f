package dev.flowshield.engine;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.RateLimiterContract;
import java.time.Duration;
import java.util.List;

class SlidingWindowContractTest implements RateLimiterContract {

  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    return RateLimiter.of("sliding-window", spec);
  }

  @Override
  public List<RateLimit> limits() {
    return RateLimit.parseAll("10/s, 1/s, 7/s, 60/min, 7/us");
  }

  /**
   * As its algorithm proves: for up to one period; beyond, no window admits more than the limit.
   */
  @Override
  public long worstCase(RateLimit limit, Duration span) {
    long period = limit.period().toNanos();
    return span.toNanos() <= period
        ? limit.permits() + limit.permits() * span.toNanos() / period
        : limit.permits() * (1 - Math.floorDiv(-span.toNanos(), period));
  }

  /**
   * Counts are whole, so the last permit is there only when the window before has faded to nothing:
   * a caller that takes each permit as soon as it is there gets one less than the limit, and of a
   * limit of one, one in two windows.
   */
  @Override
  public double rateTolerance() {
    return 1;
  }

  @Override
  public boolean canEnforceSeveralLimits() {
    return true;
  }
}
