/**
 * The servers of a store, and calls of them: each ends within its timeout, and a circuit breaker
 * keeps calls from a server that does not answer. Start with {@code StoreCalls}.
 */
@NullMarked
package dev.flowshield.redis.connection;

import org.jspecify.annotations.NullMarked;
