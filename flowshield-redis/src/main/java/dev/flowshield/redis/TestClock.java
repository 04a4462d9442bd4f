package dev.flowshield.redis;

/** Takes the place of the server's clock in tests, in nanoseconds. */
@FunctionalInterface
interface TestClock {

  /** The time, as the script reads it. */
  String now();
}
