package dev.flowshield.redis;

/** Takes the place of the server's clock in tests, in nanoseconds. */
@FunctionalInterface
interface TestClock {

  /** Returns the time, not negative. */
  long now();
}
