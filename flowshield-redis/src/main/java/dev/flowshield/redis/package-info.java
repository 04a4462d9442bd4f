/**
 * Limits that many instances keep together, in Redis or Valkey. Start with
 * {@link dev.flowshield.redis.RedisStore}; what the store computes is in {@code limits.lua}, and
 * what its numbers mean in {@code StoredRate}. What a limiter does while the store does not answer
 * is the engine's: it is only chosen here.
 */
@NullMarked
package dev.flowshield.redis;

import org.jspecify.annotations.NullMarked;
