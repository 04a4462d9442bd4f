package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import java.util.Random;

/** What holds when a caller takes what is there. */
final class Parts {

  private static final String KEY = "alice";
  private static final int STEPS = 200;

  private Parts() {}

  static void takesAPartWhereNotAllIsThere(RateLimiterContract contract) {
    for (RateLimit limit : contract.limits()) {
      takesAPartWhereNotAllIsThere(contract, limit);
    }
  }

  private static void takesAPartWhereNotAllIsThere(RateLimiterContract contract, RateLimit limit) {
    Random random = Trial.random();
    Trial trial = new Trial(contract, limit);
    for (int step = 0; step < STEPS; step++) {
      long most = 1 + random.nextLong(limit.burst());
      long there = remaining(trial, limit);
      long taken = trial.limiter().tryAcquireUpTo(KEY, most);
      trial.step("tryAcquireUpTo('" + KEY + "', " + most + "): " + taken);
      if (taken > 0) {
        trial.use(KEY, taken);
      }
      if (taken != Math.min(most, there)) {
        throw trial.fault(
            "permits taken of " + there + " that were there, up to " + most,
            Math.min(most, there),
            taken,
            "it takes what is there, and no more than was asked for");
      }
      trial.turn(random.nextLong(1 + 3 * (limit.period().toNanos() / limit.permits())));
    }
  }

  /**
   * What a rejection of the whole burst says; all of it, if it is admitted, and then none is left.
   */
  private static long remaining(Trial trial, RateLimit limit) {
    return trial.decide(KEY, limit.burst()) instanceof Decision.Rejected rejected
        ? rejected.remaining()
        : 0;
  }
}
