package dev.flowshield.engine;

import dev.flowshield.StoreFailurePolicy;

/**
 * The {@linkplain dev.flowshield.LimitStore store} that keeps a limit does not answer, and the
 * limit rejects all then, as {@link StoreFailurePolicy#CLOSED} says. Over HTTP: 503.
 *
 * @param name the name of the limit
 * @param retryAfterNanos when the store is asked again
 */
public record Unavailable(String name, long retryAfterNanos) implements Rejection {}
