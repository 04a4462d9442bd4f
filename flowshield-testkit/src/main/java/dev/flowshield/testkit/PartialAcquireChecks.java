package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import java.util.Random;

/** Checks of {@code tryAcquireUpTo}. */
final class PartialAcquireChecks {

  private static final String KEY = "alice";
  private static final int STEPS = 200;

  private PartialAcquireChecks() {}

  static void takesAPartIfNotAllIsAvailable(RateLimiterContract contract) {
    for (RateLimit limit : ContractLimits.of(contract)) {
      takesAPartIfNotAllIsAvailable(contract, limit);
      takesAllThatIsThereWhateverIsAskedFor(contract, limit);
      throwsForLessThanOne(new LimiterFixture(contract, limit));
    }
  }

  private static void takesAPartIfNotAllIsAvailable(RateLimiterContract contract, RateLimit limit) {
    Random random = LimiterFixture.random();
    LimiterFixture fixture = new LimiterFixture(contract, limit);
    for (int step = 0; step < STEPS; step++) {
      long most = 1 + random.nextLong(limit.burst());
      long there = remaining(fixture, limit);
      long taken = fixture.limiter().tryAcquireUpTo(KEY, most);
      fixture.step("tryAcquireUpTo('" + KEY + "', " + most + "): " + taken);
      if (taken > 0) {
        fixture.use(KEY, taken);
      }
      if (taken != Math.min(most, there)) {
        throw fixture.fault(
            "permits taken of " + there + " that were available, up to " + most,
            Math.min(most, there),
            taken,
            "it takes the available permits, and no more than requested");
      }
      if (there - taken < limit.burst()) {
        long left = fixture
            .rejects(KEY, there - taken + 1, "it takes as many as it returns, so fewer are left")
            .remaining();
        if (left != there - taken) {
          throw fixture.fault(
              "remaining after " + taken + " of " + there + " permits were taken",
              there - taken,
              left,
              "it takes as many as it returns, and no more");
        }
      }
      fixture.turn(random.nextLong(1 + 3 * (limit.period().toNanos() / limit.permits())));
    }
  }

  private static void takesAllThatIsThereWhateverIsAskedFor(
      RateLimiterContract contract, RateLimit limit) {
    for (long most : RejectionChecks.beyond(limit)) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      for (long there : new long[] {limit.burst(), 0}) {
        long taken = fixture.limiter().tryAcquireUpTo(KEY, most);
        if (taken != there) {
          throw fixture.fault(
              "permits taken of " + there + " that were available, up to " + most,
              there,
              taken,
              "it takes the available permits, however many are requested");
        }
      }
      fixture.rejects(KEY, 1, "all available permits are taken");
    }
  }

  private static void throwsForLessThanOne(LimiterFixture fixture) {
    for (long most : new long[] {0, -1}) {
      RejectionChecks.require(
          fixture,
          IllegalArgumentException.class,
          "tryAcquireUpTo with " + most + " permits at most",
          () -> fixture.limiter().tryAcquireUpTo(KEY, most));
    }
    fixture.hasExactly(KEY, fixture.limit().burst(), "an invalid call takes nothing");
  }

  /**
   * Returns the permits that remain according to a rejection of the whole burst; the burst if it is
   * admitted instead, and then no permit is left.
   */
  private static long remaining(LimiterFixture fixture, RateLimit limit) {
    return fixture.decide(KEY, limit.burst()) instanceof Decision.Rejected rejected
        ? rejected.remaining()
        : 0;
  }
}
