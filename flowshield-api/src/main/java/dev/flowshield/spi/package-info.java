/**
 * What authors of limiters write against. Start with {@link dev.flowshield.spi.RateLimiterProvider} for a limiter with a name of
 * its own, or with {@link dev.flowshield.spi.RateAlgorithm} for a formula that the engine runs. Nothing here is needed to use a
 * limiter.
 */
@NullMarked
package dev.flowshield.spi;

import org.jspecify.annotations.NullMarked;
