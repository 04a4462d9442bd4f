package dev.flowshield.engine;

import dev.flowshield.RateLimit;

/**
 * A rate limit is spent, or the client is blocked for having spent it too often. Over HTTP: 429.
 *
 * <p>Where several limits are spent at once, this tells of the one that takes longest. How each of them stands: {@link
 * FlowShield#standings}.
 *
 * @param name the name of the limit; {@code penalty} if the client is blocked ({@link #isBlock()})
 * @param scope whom the limit counts
 * @param limit how much it admits; of several limits of that name, the one that takes longest
 * @param remaining the permits that are left of it, fewer than were asked for
 * @param retryAfterNanos when the same request would find its permits in all limits, if nobody else took some meanwhile
 */
public record OverLimit(
    String name, Limit.Scope scope, RateLimit limit, long remaining, long retryAfterNanos)
    implements Refusal {

  /** Whether the client is blocked, by its {@link Penalty}; then {@code limit} is what it had spent when it was. */
  public boolean isBlock() {
    return name.equals(Limit.PENALTY);
  }
}
