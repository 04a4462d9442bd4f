package dev.flowshield.testkit;

import dev.flowshield.Decision;

/** Retries after exactly the wait that a rejection reported. */
final class RetryAfterChecks {

  private RetryAfterChecks() {}

  /** Requires that the permits are available after the wait, if no other caller takes permits. */
  static void admits(LimiterFixture fixture, long wait, String key, long permits) {
    fixture.turn(wait);
    Decision decision = fixture.decide(key, permits);
    if (decision.isAdmitted()) {
      return;
    }
    long left = retryAfter(decision);
    throw fixture.fault(
        "the result for " + permits + " permits of key '" + key + "' after exactly the wait of "
            + wait + " ns that a rejection reported",
        "admitted",
        "rejected for " + left + " ns more",
        whyRejected(fixture, key, permits, wait, left));
  }

  private static String whyRejected(
      LimiterFixture fixture, String key, long permits, long wait, long left) {
    long toldAgain = retryAfter(fixture.decide(key, permits));
    if (toldAgain > left) {
      return "a rejection must take nothing, but a second call at the same instant" + " reports "
          + toldAgain + " ns";
    }
    fixture.turn(wait);
    return fixture.decide(key, permits).isAdmitted()
        ? "the reported wait is too short: round it up, not down, and keep fractions of a permit"
        : "no permit was refilled meanwhile: refill by spec.ticker(), and read no other clock";
  }

  private static long retryAfter(Decision decision) {
    return decision instanceof Decision.Rejected rejected ? rejected.retryAfterNanos() : 0;
  }
}
