/**
 * What authors of limiters write against. Start with {@link dev.flowshield.spi.RateLimiterProvider}
 * for a limiter with a name of its own, with {@link dev.flowshield.spi.RateAlgorithm} for a formula
 * that the engine runs, or with {@link dev.flowshield.spi.ForwardingRateLimiter} to add something
 * to a limiter. Nothing here is needed to use a limiter.
 */
@NullMarked
package dev.flowshield.spi;

import org.jspecify.annotations.NullMarked;
