package dev.flowshield.engine;

import dev.flowshield.RateLimit;

/**
 * A rejection because a rate limit is spent. Over HTTP: 429.
 *
 * <p>If several limits are spent at once, this names the limit with the longest wait.
 * {@link FlowShield#limitStatus} returns the state of each.
 *
 * @param name the name of the limit
 * @param scope whether the limit counts all together or each key
 * @param limit the rate; of several rates of that limit, the one with the longest wait
 * @param remaining the permits that are left of it, fewer than were asked for
 * @param retryAfterNanos the wait until the same request would find its permits in all limits, if
 *     no other request took some meanwhile; {@link dev.flowshield.Decision#NEVER} if it asked for
 *     more than the burst
 */
public record OverLimit(
    String name, Limit.Scope scope, RateLimit limit, long remaining, long retryAfterNanos)
    implements Rejection {}
