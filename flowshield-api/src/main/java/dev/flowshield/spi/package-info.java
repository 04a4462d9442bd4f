/**
 * The API for authors of limiters. Start with {@link dev.flowshield.spi.RateLimiterProvider} for a
 * limiter with a name of its own, or with {@link dev.flowshield.spi.RateAlgorithm} for a formula
 * that the engine runs. {@link dev.flowshield.spi.ForwardingRateLimiter} adds something to an
 * existing limiter. Users of limiters do not need this package.
 */
@NullMarked
package dev.flowshield.spi;

import org.jspecify.annotations.NullMarked;
