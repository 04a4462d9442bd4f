/**
 * Support for tests of rate limiters: a ticker that only the test advances, and the contract of
 * limiters as tests. Start with {@link dev.flowshield.testkit.ManualTicker} to test code that uses
 * a limiter, or with {@link dev.flowshield.testkit.RateLimiterContract} to test a custom limiter.
 * This package has no limiter and does not depend on the engine.
 */
@NullMarked
package dev.flowshield.testkit;

import org.jspecify.annotations.NullMarked;
