package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;

/** The limit for each client that somebody else's limiter keeps. It cannot be judged without taking. */
record ProvidedClientLimit(FlowShield shield, RateLimit limit, RateLimiter limiter)
    implements ClientLimit {

  @Override
  public Admission take(String key, long hash, long permits, long now) {
    Decision decision = limiter.decide(key, permits);
    if (decision == null) { // of code that nobody checked for nulls; it must not pass for a yes
      throw new IllegalStateException("a decision of limiter '" + limit
          + "' must be Admitted or Rejected, got null: mend its provider");
    }
    return decision instanceof Decision.Rejected rejected
        ? new OverLimit(
            OverLimit.Scope.CLIENT,
            limit,
            rejected.remaining(),
            Math.max(1, rejected.retryAfterNanos()))
        : new Admitted(shield);
  }

  @Override
  public long maxPermits() {
    return limit.burst();
  }
}
