package com.example.app;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.spi.RateLimiterProvider;

/** Takes permits in batches only, from a limiter that is there already. */
public final class BatchProvider implements RateLimiterProvider {

  /** For the service loader. */
  public BatchProvider() {}

  @Override
  public String name() {
    return "batch";
  }

  @Override
  public RateLimiter create(LimiterSpec spec) {
    long batch = Long.parseLong(spec.requireOptionsIn("size").options().getOrDefault("size", "10"));
    RateLimiter permits =
        RateLimiter.of("token-bucket", LimiterSpec.of(spec.limit()).withTicker(spec.ticker()));
    return (key, wanted) -> permits.decide(key, (wanted + batch - 1) / batch * batch);
  }
}
