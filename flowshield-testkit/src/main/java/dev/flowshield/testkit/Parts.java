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
    for (RateLimit limit : Limits.of(contract)) {
      takesAPartWhereNotAllIsThere(contract, limit);
      takesAllThatIsThereWhateverIsAskedFor(contract, limit);
      throwsForLessThanOne(new Trial(contract, limit));
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
      if (there - taken < limit.burst()) {
        long left = trial
            .rejects(KEY, there - taken + 1, "it takes what it says, so fewer are left")
            .remaining();
        if (left != there - taken) {
          throw trial.fault(
              "remaining after " + taken + " of " + there + " permits were taken",
              there - taken,
              left,
              "it takes what it says, and no more");
        }
      }
      trial.turn(random.nextLong(1 + 3 * (limit.period().toNanos() / limit.permits())));
    }
  }

  private static void takesAllThatIsThereWhateverIsAskedFor(
      RateLimiterContract contract, RateLimit limit) {
    for (long most : Rejections.beyond(limit)) {
      Trial trial = new Trial(contract, limit);
      for (long there : new long[] {limit.burst(), 0}) {
        long taken = trial.limiter().tryAcquireUpTo(KEY, most);
        if (taken != there) {
          throw trial.fault(
              "permits taken of " + there + " that were there, up to " + most,
              there,
              taken,
              "it takes what is there, whatever is asked for");
        }
      }
      trial.rejects(KEY, 1, "all that was there is taken");
    }
  }

  private static void throwsForLessThanOne(Trial trial) {
    for (long most : new long[] {0, -1}) {
      Rejections.require(
          trial,
          IllegalArgumentException.class,
          "tryAcquireUpTo with " + most + " permits at most",
          () -> trial.limiter().tryAcquireUpTo(KEY, most));
    }
    trial.hasExactly(KEY, trial.limit().burst(), "a mistake of a caller takes nothing");
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
