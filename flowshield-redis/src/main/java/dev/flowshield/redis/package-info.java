/**
 * Limits that many instances keep together, in Redis or Valkey. Start with
 * {@link dev.flowshield.redis.RedisStore}. {@code ReserveSteps} lists the steps of a request, from
 * a lease to a call of the store.
 */
@NullMarked
package dev.flowshield.redis;

import org.jspecify.annotations.NullMarked;
