package dev.flowshield.engine;

/**
 * A rejection because the key is blocked by the {@link Penalty} of a limit that rejected it again
 * and again. Over HTTP: 429.
 *
 * @param name the name of the limit
 * @param retryAfterNanos the wait until the block ends
 */
public record Blocked(String name, long retryAfterNanos) implements Rejection {}
