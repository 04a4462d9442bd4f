/**
 * The API for users of limiters: limits, limiters, decisions, stores and time. Start with {@link
 * dev.flowshield.RateLimiter}. The engine implements the limits; this package has no code that
 * counts permits, and no HTTP.
 */
@NullMarked
package dev.flowshield;

import org.jspecify.annotations.NullMarked;
