package dev.flowshield.engine;

import dev.flowshield.RateLimit;

/**
 * A rate limit is spent. Over HTTP: 429.
 *
 * <p>Where several limits are spent at once, this tells of the one that takes longest.
 *
 * @param scope whose limit it is
 * @param limit the limit
 * @param remaining the permits that are left of it, fewer than were asked for
 * @param retryAfterNanos when the same request would find its permits, if nobody else took some meanwhile
 */
public record OverLimit(Scope scope, RateLimit limit, long remaining, long retryAfterNanos)
    implements Refusal {

  /** Whose limit it is. */
  public enum Scope {
    /** All clients together. */
    EVERYONE,
    /** This client alone. */
    CLIENT
  }
}
