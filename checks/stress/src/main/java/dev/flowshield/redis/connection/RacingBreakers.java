package dev.flowshield.redis.connection;

import dev.flowshield.Ticker;

/** RacingCircuits for races, and what they have come to. */
final class RacingBreakers {

  private static final int IN_A_ROW = 5;
  private static final long LATER = 2_000_000_000L; // a trial is due, but not one after it

  private RacingBreakers() {}

  /** A closed one with so many failures. */
  static CircuitBreaker afterFailures(int count) {
    return afterFailures(count, () -> 0);
  }

  /** An open one, whose trial is due. */
  static CircuitBreaker due() {
    int[] readings = new int[1];
    // What opens it reads the ticker: for the state at the start, and when it opens.
    return afterFailures(IN_A_ROW, () -> readings[0]++ < 2 ? 0 : LATER);
  }

  /** An open one, whose trial is under way. */
  static CircuitBreaker onTrial() {
    CircuitBreaker breaker = due();
    if (!breaker.beginTrial()) {
      throw new IllegalStateException("no trial is due");
    }
    return breaker;
  }

  private static CircuitBreaker afterFailures(int count, Ticker ticker) {
    CircuitBreaker breaker = new CircuitBreaker(ticker);
    fail(breaker, count);
    return breaker;
  }

  /** How many of so many failures have opened it. */
  static int fail(CircuitBreaker breaker, int count) {
    int opened = 0;
    for (int i = 0; i < count; i++) {
      opened += breaker.failed("timeout", false) ? 1 : 0;
    }
    return opened;
  }
}
