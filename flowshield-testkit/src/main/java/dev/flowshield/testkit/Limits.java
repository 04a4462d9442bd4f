package dev.flowshield.testkit;

import dev.flowshield.RateLimit;
import java.util.List;

/** The limits that a contract is tested with, of which there is one at least. */
final class Limits {

  private Limits() {}

  static List<RateLimit> of(RateLimiterContract contract) {
    List<RateLimit> limits = contract.limits();
    if (limits.isEmpty()) {
      throw new AssertionError("limits() must be at least one, got none: nothing would be tested");
    }
    return limits;
  }

  static RateLimit first(RateLimiterContract contract) {
    return of(contract).get(0);
  }
}
