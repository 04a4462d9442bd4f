package dev.flowshield.testkit;

import dev.flowshield.Decision;

/** Asking again after exactly the wait that a rejection told. */
final class Retries {

  private Retries() {}

  /** With no other caller meanwhile, the permits have to be there. */
  static void admits(Trial trial, long wait, String key, long permits) {
    trial.turn(wait);
    Decision decision = trial.decide(key, permits);
    if (decision.isAdmitted()) {
      return;
    }
    long left = retryAfter(decision);
    throw trial.fault(
        "the answer to " + permits + " permits of key '" + key + "' after exactly the wait of "
            + wait + " ns that a rejection told",
        "admitted",
        "rejected for " + left + " ns more",
        whyRejected(trial, key, permits, wait, left));
  }

  private static String whyRejected(Trial trial, String key, long permits, long wait, long left) {
    long toldAgain = retryAfter(trial.decide(key, permits));
    if (toldAgain > left) {
      return "a rejection must take nothing, but asked once more at the same instant the limiter"
          + " tells " + toldAgain + " ns";
    }
    trial.turn(wait);
    return trial.decide(key, permits).isAdmitted()
        ? "the wait told is too short: round it up, not down, and keep fractions of a permit"
        : "nothing came back meanwhile: refill by spec.ticker(), and read no other clock";
  }

  private static long retryAfter(Decision decision) {
    return decision instanceof Decision.Rejected rejected ? rejected.retryAfterNanos() : 0;
  }
}
