package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.engine.rate.Allowances;
import org.jspecify.annotations.Nullable;

/** Judges one limit of a shield without taking from it. */
record Judge(OverLimit.Scope scope, RateLimit limit, Allowances allowances) {

  /** Why the limit refuses the permits at a reading of the clock; null if it does not. */
  @Nullable
  OverLimit judge(long hash, long now, long permits) {
    long wait = allowances.retryAfterNanos(hash, permits, now);
    return wait == 0 ? null : new OverLimit(scope, limit, allowances.remaining(hash, now), wait);
  }
}
