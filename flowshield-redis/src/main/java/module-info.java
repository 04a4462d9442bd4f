/** Limits that many instances keep together, in Redis or Valkey. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module dev.flowshield.redis {
  requires transitive dev.flowshield.api;
  requires transitive lettuce.core; // an automatic module that states its name
  requires static org.jspecify;

  exports dev.flowshield.redis;

  provides dev.flowshield.spi.LimitStoreProvider with
      dev.flowshield.redis.provider.RedisStoreProvider;
  provides dev.flowshield.spi.RateLimiterProvider with
      dev.flowshield.redis.provider.RedisLimiterProvider;
}
