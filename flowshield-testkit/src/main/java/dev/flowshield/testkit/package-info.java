/**
 * What a test of a rate limiter needs: time that only the test turns.
 * Start with {@link dev.flowshield.testkit.ManualTicker}, and hand it to the limiter in its {@code LimiterSpec}.
 * No limiter stands here, and nothing here knows the engine.
 */
@NullMarked
package dev.flowshield.testkit;

import org.jspecify.annotations.NullMarked;
