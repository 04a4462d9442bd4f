/**
 * The API of rate limiters, for their users and authors: limits, limiters, decisions, and the
 * services that provide them.
 */
module dev.flowshield.api {
  requires static org.jspecify;

  exports dev.flowshield;
  exports dev.flowshield.spi;

  uses dev.flowshield.spi.LimitStoreProvider;
  uses dev.flowshield.spi.RateLimiterProvider;
  uses dev.flowshield.spi.RateLimiterEngine;
}
