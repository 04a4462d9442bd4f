/**
 * The limiter that users see through the api, its waiting callers, and the providers by whose names
 * it is found. Start with {@link dev.flowshield.engine.limiter.KeyedLimiter}. What a limit has left
 * is not here but in {@code allowance} and {@code keyed}.
 */
@NullMarked
package dev.flowshield.engine.limiter;

import org.jspecify.annotations.NullMarked;
