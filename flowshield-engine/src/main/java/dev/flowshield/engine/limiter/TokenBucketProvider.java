package dev.flowshield.engine.limiter;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.RateLimiterProvider;

/** Creates the engine's default limiter, by the name {@code token-bucket}. */
public final class TokenBucketProvider implements RateLimiterProvider {

  /** The name. */
  public static final String NAME = "token-bucket";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public RateLimiter create(LimiterSpec spec) {
    spec.requireOptionsIn(Arguments.START);
    return new KeyedLimiter(Gcra::new, spec);
  }
}
