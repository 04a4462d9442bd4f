package dev.flowshield.examples.guide;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;

/** A limit for each key, and the wait in a rejection. */
public final class Rejections {

  private Rejections() {}

  // snippet: guide-decide
  static String greet(RateLimiter limiter, String name) {
    if (limiter.decide(name) instanceof Decision.Rejected rejected) {
      return name + ", come back in " + rejected.retryAfter();
    }
    return "hello " + name;
  }
  // end
}
