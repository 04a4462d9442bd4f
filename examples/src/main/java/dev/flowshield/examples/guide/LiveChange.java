package dev.flowshield.examples.guide;

import dev.flowshield.RateLimiter;

/** Other limits while callers go on. */
public final class LiveChange {

  private LiveChange() {}

  static String change(RateLimiter limiter, String limits) {
    // snippet: guide-change
    try {
      limiter.changeTo(limits); // "200/s", or "200/s, 9000/h": as many as before
      return "now " + limits;
    } catch (IllegalArgumentException impossible) { // nothing was changed
      return "as before: " + impossible.getMessage();
    }
    // end
  }
}
