package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Checks of one thread with one key. */
final class SingleKeyChecks {

  private static final String KEY = "alice";
  private static final int STEPS = 200;

  private SingleKeyChecks() {}

  static void admitsAWholeBurstAtOnceAndNoMore(RateLimiterContract contract) {
    for (RateLimit limit : ContractLimits.of(contract)) {
      LimiterFixture whole = new LimiterFixture(contract, limit);
      whole.spend(KEY);
      whole.rejects(KEY, 1, "the whole burst of the key is spent");

      LimiterFixture oneByOne = new LimiterFixture(contract, limit);
      oneByOne.requireAnother(whole);
      oneByOne.hasExactly(KEY, limit.burst(), "a new key has its whole burst, and no more");
    }
  }

  static void reportsTheShortestWaitThatHelps(RateLimiterContract contract) {
    Random random = LimiterFixture.random();
    for (RateLimit limit : ContractLimits.of(contract)) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      for (int step = 0; step < STEPS; step++) {
        long permits = fixture.permits(random);
        if (fixture.decide(KEY, permits) instanceof Decision.Rejected rejected) {
          long wait = rejected.retryAfterNanos();
          if (wait > 1) {
            fixture.turn(wait - 1);
            long left = fixture
                .rejects(
                    KEY,
                    permits,
                    "a shorter wait than the reported one must not suffice: report the shortest")
                .retryAfterNanos();
            if (left != 1) {
              throw fixture.fault(
                  "retryAfterNanos a nanosecond before the reported time",
                  1,
                  left,
                  "round the wait up, once");
            }
          }
          RetryAfterChecks.admits(fixture, 1, KEY, permits);
        }
        fixture.turn(random.nextLong(1 + limit.period().toNanos() / limit.permits()));
      }
    }
  }

  static void reportsExactlyTheRemainingPermits(RateLimiterContract contract) {
    Random random = LimiterFixture.random();
    for (RateLimit limit : ContractLimits.of(contract)) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      for (int step = 0; step < STEPS; step++) {
        long remaining = fixture.decide(KEY, fixture.permits(random)).remaining();
        if (remaining < limit.burst()) {
          fixture.rejects(KEY, remaining + 1, "no more than the remaining permits can be taken");
        }
        if (remaining > 0 && random.nextBoolean()) {
          long left = fixture
              .admits(KEY, remaining, "the remaining permits can be taken")
              .remaining();
          if (left != 0) {
            throw fixture.fault(
                "remaining after all was taken", 0, left, "report the permits left after the call");
          }
        }
        fixture.turn(random.nextLong(1 + limit.period().toNanos()));
      }
    }
  }

  static void aRejectionTakesNothing(RateLimiterContract contract) {
    for (RateLimit limit : ContractLimits.of(contract)) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      if (limit.burst() > 1) {
        fixture.admits(KEY, 1, "a new key has its whole burst");
        for (int again = 0; again < 100; again++) {
          fixture.rejects(KEY, limit.burst(), "one permit less than the burst is available");
        }
        fixture.admits(
            KEY, limit.burst() - 1, "only one permit was taken, and rejections take none");
      } else {
        fixture.spend(KEY);
      }
      long wait = fixture.rejects(KEY, 1, "the whole burst is spent").retryAfterNanos();
      for (int again = 0; again < 100; again++) {
        long told = fixture.rejects(KEY, 1, "the whole burst is spent").retryAfterNanos();
        if (told != wait) {
          throw fixture.fault(
              "retryAfterNanos reported again at the same time",
              wait,
              told,
              "a rejection takes nothing");
        }
      }
      RetryAfterChecks.admits(fixture, wait, KEY, 1);
    }
  }

  static void allFormsOfDecidingAgree(RateLimiterContract contract) {
    Random random = LimiterFixture.random();
    for (RateLimit limit : ContractLimits.of(contract)) {
      LimiterFixture decide = new LimiterFixture(contract, limit);
      LimiterFixture tryAcquire = new LimiterFixture(contract, limit);
      LimiterFixture decideAsync = new LimiterFixture(contract, limit);
      for (int step = 0; step < STEPS; step++) {
        long permits = decide.permits(random);
        Decision decision = decide.decide(KEY, permits);
        boolean taken = tryAcquire.limiter().tryAcquire(KEY, permits);
        if (taken != decision.isAdmitted()) {
          throw decide.fault(
              "tryAcquire", decision.isAdmitted(), taken, "it returns the same as decide");
        }
        Decision later = Results.of(
            decideAsync,
            "decideAsync('" + KEY + "', " + permits + ")",
            decideAsync.limiter().decideAsync(KEY, permits));
        if (!decision.equals(later)) {
          throw decide.fault("decideAsync", decision, later, "it returns the same as decide");
        }
        long time = random.nextLong(limit.period().toNanos());
        List.of(decide, tryAcquire, decideAsync).forEach(fixture -> fixture.turn(time));
      }
    }
  }

  static void throwsForPermitsBelowOne(RateLimiterContract contract) {
    for (RateLimit limit : ContractLimits.of(contract)) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      for (long permits : new long[] {0, -1, Long.MIN_VALUE}) {
        RejectionChecks.require(
            fixture,
            IllegalArgumentException.class,
            "decide with " + permits + " permits",
            () -> fixture.limiter().decide(KEY, permits));
        RejectionChecks.require(
            fixture,
            IllegalArgumentException.class,
            "tryAcquire with " + permits + " permits",
            () -> fixture.limiter().tryAcquire(KEY, permits));
        RejectionChecks.requireAsync(
            fixture,
            IllegalArgumentException.class,
            "decideAsync with " + permits + " permits",
            () -> fixture.limiter().decideAsync(KEY, permits));
      }
      fixture.spend(KEY);
      fixture.rejects(KEY, 1, "an invalid call gives no permits");
    }
  }

  static void rejectsMorePermitsThanTheBurst(RateLimiterContract contract) {
    for (RateLimit limit : ContractLimits.of(contract)) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      for (long permits : RejectionChecks.beyond(limit)) {
        RejectionChecks.requireNotRetryable(
            fixture, "decide with " + permits + " permits", fixture.limiter().decide(KEY, permits));
        if (fixture.limiter().tryAcquire(KEY, permits)) {
          throw fixture.fault(
              "tryAcquire with " + permits + " permits",
              false,
              true,
              "it returns the same as decide");
        }
        String call = "decideAsync with " + permits + " permits";
        RejectionChecks.requireNotRetryable(
            fixture, call, Results.of(fixture, call, fixture.limiter().decideAsync(KEY, permits)));
      }
      fixture.spend(KEY);
      RejectionChecks.requireNotRetryable(
          fixture,
          "decide with a permit above the burst, of a spent key",
          fixture.limiter().decide(KEY, limit.burst() + 1));
    }
  }

  static void keepsOrRejectsExtremeLimits(RateLimiterContract contract) {
    long most = 1_000_000_000_000_000L;
    Duration longest = Duration.ofDays(366);
    for (RateLimit limit : List.of(
        new RateLimit(1, longest, 1),
        new RateLimit(1, longest, most),
        new RateLimit(most, longest, most),
        new RateLimit(most, longest, 1),
        new RateLimit(1, Duration.ofNanos(1), 1),
        new RateLimit(1, Duration.ofNanos(1), most),
        new RateLimit(most, Duration.ofNanos(1), most))) {
      LimiterFixture fixture;
      try {
        fixture = new LimiterFixture(contract, limit);
      } catch (IllegalArgumentException outOfRange) {
        continue; // a limiter rejects limits that it cannot enforce
      }
      long wait = fixture.spendForWait(KEY);
      fixture.turn(wait - 1);
      fixture.rejects(KEY, 1, "check whether a product of time and permits overflows");
      fixture.turn(1);
      fixture.admits(KEY, 1, "check whether a product of time and permits overflows");
    }
  }
}
