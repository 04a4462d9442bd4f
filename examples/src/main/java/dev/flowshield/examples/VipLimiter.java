package dev.flowshield.examples;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.spi.RateLimiterProvider;

// snippet: custom-limiter
/** Holds everyone to the limit but those whose key says that they are very important. */
public final class VipLimiter implements RateLimiterProvider {

  /** For the service loader. */
  public VipLimiter() {}

  @Override
  public String name() {
    return "vip";
  }

  @Override
  public RateLimiter create(LimiterSpec spec) {
    RateLimiter others = RateLimiter.of("token-bucket", spec);
    return (key, permits) -> key.startsWith("vip:")
        ? new Decision.Admitted(Long.MAX_VALUE)
        : others.decide(key, permits);
  }
}
// end
