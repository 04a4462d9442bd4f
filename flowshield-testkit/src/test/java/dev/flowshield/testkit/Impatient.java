package dev.flowshield.testkit;

import java.time.Duration;

/** A contract that waits for a second only. */
abstract class Impatient implements RateLimiterContract {
  @Override
  public Duration timeout() {
    return Duration.ofSeconds(1);
  }
}
