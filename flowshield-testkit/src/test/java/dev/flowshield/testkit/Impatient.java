package dev.flowshield.testkit;

import java.time.Duration;

/** A contract with a timeout of one second. */
abstract class Impatient implements RateLimiterContract {
  @Override
  public Duration timeout() {
    return Duration.ofSeconds(1);
  }
}
