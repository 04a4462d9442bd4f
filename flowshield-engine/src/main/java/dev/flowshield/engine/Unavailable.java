package dev.flowshield.engine;

import dev.flowshield.StoreFailurePolicy;

/**
 * A rejection because the {@linkplain dev.flowshield.LimitStore store} that keeps a limit does not
 * answer, and the limit rejects all requests then: {@link StoreFailurePolicy#CLOSED}. Over HTTP:
 * 503.
 *
 * @param name the name of the limit
 * @param retryAfterNanos the wait until the store is asked again
 */
public record Unavailable(String name, long retryAfterNanos) implements Rejection {}
