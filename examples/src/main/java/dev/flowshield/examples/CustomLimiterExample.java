package dev.flowshield.examples;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;

/**
 * A limiter of one's own, found by its name: the service file beside this names {@link VipLimiter}.
 */
public final class CustomLimiterExample {

  private CustomLimiterExample() {}

  /** Prints the outcome of three visits of two clients. */
  public static void main(String[] arguments) {
    // snippet: custom-limiter-use
    RateLimiter limiter = RateLimiter.of("vip", RateLimit.parse("2/min"));
    // end
    for (int visit = 1; visit <= 3; visit++) {
      System.out.println("vip:ann " + inWords(limiter.decide("vip:ann")));
      System.out.println("bob " + inWords(limiter.decide("bob")));
    }
  }

  private static String inWords(Decision decision) {
    return decision instanceof Decision.Rejected rejected
        ? "must wait " + rejected.retryAfter()
        : "may";
  }
}
