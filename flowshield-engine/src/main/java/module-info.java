/**
 * The engine: the shield that admits, rejects and sheds work, and the limiters behind the names of
 * the api.
 */
module dev.flowshield.engine {
  requires transitive dev.flowshield.api;
  requires static org.jspecify;

  exports dev.flowshield.engine;

  provides dev.flowshield.spi.RateLimiterProvider with
      dev.flowshield.engine.limiter.FixedWindowProvider,
      dev.flowshield.engine.limiter.SlidingWindowProvider,
      dev.flowshield.engine.limiter.TokenBucketProvider;
  provides dev.flowshield.spi.RateLimiterEngine with
      dev.flowshield.engine.limiter.KeyTableEngine;
}
