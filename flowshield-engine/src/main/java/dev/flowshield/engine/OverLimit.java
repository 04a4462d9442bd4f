package dev.flowshield.engine;

import dev.flowshield.RateLimit;

/**
 * A rate limit is spent. Over HTTP: 429.
 *
 * <p>Where several limits are spent at once, this names the one that takes longest. How each of
 * them stands: {@link FlowShield#statuses}.
 *
 * @param name the name of the limit
 * @param scope whom the limit counts
 * @param limit how much it admits; of several rates of that limit, the one that takes longest
 * @param remaining the permits that are left of it, fewer than were asked for
 * @param retryAfterNanos when the same request would find its permits in all limits, if no other
 *     request took some meanwhile; {@link dev.flowshield.Decision#NEVER} if it asked for more than
 *     the burst
 */
public record OverLimit(
    String name, Limit.Scope scope, RateLimit limit, long remaining, long retryAfterNanos)
    implements Rejection {}
