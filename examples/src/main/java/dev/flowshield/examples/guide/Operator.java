package dev.flowshield.examples.guide;

import dev.flowshield.RateLimiter;

/** What somebody at the desk wants to know and to do. */
public final class Operator {

  private Operator() {}

  // snippet: guide-operate
  static boolean isRefused(RateLimiter limiter, String key) {
    return !limiter.peek(key).isAdmitted(); // takes nothing
  }

  static void forgive(RateLimiter limiter, String key) {
    limiter.reset(key); // as if never seen
  }
  // end
}
