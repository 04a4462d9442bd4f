package dev.flowshield.examples.guide;

import dev.flowshield.RateLimiter;

/** A change of a limit while callers continue. */
public final class LiveChange {

  private LiveChange() {}

  static void change(RateLimiter limiter) {
    // snippet: guide-change
    limiter.changeTo("200/min"); // throws, and changes nothing, if it is impossible
    // end
  }
}
