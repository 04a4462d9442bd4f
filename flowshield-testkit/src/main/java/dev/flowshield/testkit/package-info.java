/**
 * What a test of a rate limiter needs: time turned by hand, and the contract that every limiter has to keep.
 * Whoever writes a limiter starts with the contract; whoever only uses one starts with the ticker.
 * No limiter stands here, and nothing here knows the engine.
 */
@NullMarked
package dev.flowshield.testkit;

import org.jspecify.annotations.NullMarked;
