package dev.flowshield.examples.guide;

import dev.flowshield.RateLimiter;

/** Operations on a key while the application runs. */
public final class Operator {

  private Operator() {}

  static void forgiveIfRejected(RateLimiter limiter, String key) {
    // snippet: guide-operate
    if (!limiter.peek(key).isAdmitted()) { // takes nothing
      limiter.reset(key); // as if never seen
    }
    // end
  }

  static void add(RateLimiter limiter, String key) {
    // snippet: guide-add
    limiter.add(key, 100); // up to the burst, never beyond
    // end
  }
}
