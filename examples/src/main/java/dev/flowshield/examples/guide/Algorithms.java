package dev.flowshield.examples.guide;

import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.util.List;

/** Limiters by name. */
public final class Algorithms {

  private Algorithms() {}

  static List<RateLimiter> all() {
    // snippet: guide-algorithms
    RateLimiter steady = RateLimiter.of("token-bucket", RateLimit.parse("100/s burst 20"));
    RateLimiter quota = RateLimiter.of("fixed-window", RateLimit.parse("10000/day"));
    RateLimiter smooth = RateLimiter.of("sliding-window", RateLimit.parse("600/min"));
    // end
    return List.of(steady, quota, smooth);
  }
}
