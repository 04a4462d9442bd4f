package dev.flowshield.examples.guide;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;

/** A limit whose keys start empty. */
public final class Starting {

  private Starting() {}

  // snippet: guide-start
  static RateLimiter limiter() {
    return RateLimiter.of(LimiterSpec.of("10000/day").withOption("start", "empty"));
  }
  // end
}
