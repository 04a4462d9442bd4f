package dev.flowshield.examples.guide;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;

/** Several limits on each key. */
public final class SeveralLimits {

  private SeveralLimits() {}

  // snippet: guide-several
  static RateLimiter limiter() {
    return RateLimiter.of("2/s, 5/h"); // both hold
  }

  static String explain(Decision decision) {
    return decision instanceof Decision.Rejected rejected
        ? rejected.limit() + " rejects for " + rejected.retryAfter() // the longest wait
        : decision.remaining() + " left"; // the fewest
  }
  // end
}
