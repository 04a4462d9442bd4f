package dev.flowshield.examples;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.spi.RateLimiterProvider;

// snippet: custom-limiter
/** A limiter that limits everyone except very important clients, by their key. */
public final class VipLimiter implements RateLimiterProvider {

  /** Creates the provider, for the service loader. */
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
