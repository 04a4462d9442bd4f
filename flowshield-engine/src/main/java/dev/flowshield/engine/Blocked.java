package dev.flowshield.engine;

/**
 * A key is blocked, because a limit rejected it again and again: the {@link Penalty} of that limit.
 * Over HTTP: 429.
 *
 * @param name the name of the limit
 * @param retryAfterNanos when the block ends
 */
public record Blocked(String name, long retryAfterNanos) implements Rejection {}
