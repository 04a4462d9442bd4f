package dev.flowshield.redis.connection;

import dev.flowshield.Ticker;

/** Circuit breakers for races, and their final states. */
final class RacingBreakers {

  private static final int IN_A_ROW = 5;
  private static final long LATER = 2_000_000_000L; // the first trial is due, but no later one

  private RacingBreakers() {}

  /** Creates a closed circuit breaker with the given number of failures. */
  static CircuitBreaker afterFailures(int count) {
    return afterFailures(count, () -> 0);
  }

  /** Creates an open circuit breaker whose trial is due. */
  static CircuitBreaker due() {
    int[] readings = new int[1];
    // The opening reads the ticker twice: for the initial state, and for the time of opening.
    return afterFailures(IN_A_ROW, () -> readings[0]++ < 2 ? 0 : LATER);
  }

  /** Creates an open circuit breaker whose trial is running. */
  static CircuitBreaker onTrial() {
    CircuitBreaker circuit = due();
    if (!circuit.beginTrial()) {
      throw new IllegalStateException("no trial is due");
    }
    return circuit;
  }

  private static CircuitBreaker afterFailures(int count, Ticker ticker) {
    CircuitBreaker circuit = new CircuitBreaker(ticker);
    fail(circuit, count);
    return circuit;
  }

  /**
   * Reports the given number of failures, and returns how many of them opened the circuit breaker.
   */
  static int fail(CircuitBreaker circuit, int count) {
    int opened = 0;
    for (int i = 0; i < count; i++) {
      opened += circuit.failed("timeout", false) ? 1 : 0;
    }
    return opened;
  }
}
