package dev.flowshield.examples.guide;

import dev.flowshield.RateLimiter;

/** Other limits while callers go on. */
public final class LiveChange {

  private LiveChange() {}

  static void change(RateLimiter limiter) {
    // snippet: guide-change
    limiter.changeTo("200/min"); // if it cannot be, an exception says why and nothing is changed
    // end
  }
}
