/**
 * What a test of a rate limiter needs: time that only the test turns, and the contract that every
 * limiter has to keep, as tests. Start with {@link dev.flowshield.testkit.ManualTicker} to test
 * code that uses a limiter, with {@link dev.flowshield.testkit.RateLimiterContract} to test a
 * limiter of your own. No limiter stands here, and nothing here knows the engine.
 */
@NullMarked
package dev.flowshield.testkit;

import org.jspecify.annotations.NullMarked;
