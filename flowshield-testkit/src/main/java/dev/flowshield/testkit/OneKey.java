package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** What one thread is answered that asks for one key. */
final class OneKey {

  private static final String KEY = "alice";
  private static final int STEPS = 200;

  private OneKey() {}

  static void admitsAWholeBurstAtOnceAndNoMore(RateLimiterContract contract) {
    for (RateLimit limit : Limits.of(contract)) {
      Trial whole = new Trial(contract, limit);
      whole.spend(KEY);
      whole.rejects(KEY, 1, "the whole burst of the key is spent");

      Trial oneByOne = new Trial(contract, limit);
      oneByOne.requireAnother(whole);
      oneByOne.hasExactly(KEY, limit.burst(), "a new key has its whole burst, and no more");
    }
  }

  static void tellsTheShortestWaitThatHelps(RateLimiterContract contract) {
    Random random = Trial.random();
    for (RateLimit limit : Limits.of(contract)) {
      Trial trial = new Trial(contract, limit);
      for (int step = 0; step < STEPS; step++) {
        long permits = trial.permits(random);
        if (trial.decide(KEY, permits) instanceof Decision.Rejected rejected) {
          long wait = rejected.retryAfterNanos();
          if (wait > 1) {
            trial.turn(wait - 1);
            long left = trial
                .rejects(
                    KEY,
                    permits,
                    "a shorter wait than the one told must not be enough: tell the shortest")
                .retryAfterNanos();
            if (left != 1) {
              throw trial.fault(
                  "retryAfterNanos a nanosecond before the time told",
                  1,
                  left,
                  "round the wait up, once");
            }
          }
          Retries.admits(trial, 1, KEY, permits);
        }
        trial.turn(random.nextLong(1 + limit.period().toNanos() / limit.permits()));
      }
    }
  }

  static void tellsExactlyWhatRemains(RateLimiterContract contract) {
    Random random = Trial.random();
    for (RateLimit limit : Limits.of(contract)) {
      Trial trial = new Trial(contract, limit);
      for (int step = 0; step < STEPS; step++) {
        long remaining = trial.decide(KEY, trial.permits(random)).remaining();
        if (remaining < limit.burst()) {
          trial.rejects(KEY, remaining + 1, "no more than what remains can be taken");
        }
        if (remaining > 0 && random.nextBoolean()) {
          long left = trial.admits(KEY, remaining, "what remains can be taken").remaining();
          if (left != 0) {
            throw trial.fault(
                "remaining after all was taken", 0, left, "tell what is left after the taking");
          }
        }
        trial.turn(random.nextLong(1 + limit.period().toNanos()));
      }
    }
  }

  static void aRejectionTakesNothing(RateLimiterContract contract) {
    for (RateLimit limit : Limits.of(contract)) {
      Trial trial = new Trial(contract, limit);
      if (limit.burst() > 1) {
        trial.admits(KEY, 1, "a new key has its whole burst");
        for (int again = 0; again < 100; again++) {
          trial.rejects(KEY, limit.burst(), "one permit less than the burst is there");
        }
        trial.admits(KEY, limit.burst() - 1, "only one permit was taken, and rejections take none");
      } else {
        trial.spend(KEY);
      }
      long wait = trial.rejects(KEY, 1, "the whole burst is spent").retryAfterNanos();
      for (int again = 0; again < 100; again++) {
        long told = trial.rejects(KEY, 1, "the whole burst is spent").retryAfterNanos();
        if (told != wait) {
          throw trial.fault(
              "retryAfterNanos told again at the same time",
              wait,
              told,
              "a rejection takes nothing");
        }
      }
      Retries.admits(trial, wait, KEY, 1);
    }
  }

  static void allWaysToAskAgree(RateLimiterContract contract) {
    Random random = Trial.random();
    for (RateLimit limit : Limits.of(contract)) {
      Trial decide = new Trial(contract, limit);
      Trial tryAcquire = new Trial(contract, limit);
      Trial decideAsync = new Trial(contract, limit);
      for (int step = 0; step < STEPS; step++) {
        long permits = decide.permits(random);
        Decision decision = decide.decide(KEY, permits);
        boolean taken = tryAcquire.limiter().tryAcquire(KEY, permits);
        if (taken != decision.isAdmitted()) {
          throw decide.fault(
              "tryAcquire", decision.isAdmitted(), taken, "it answers as decide does");
        }
        Decision later = Answers.of(
            decideAsync,
            "decideAsync('" + KEY + "', " + permits + ")",
            decideAsync.limiter().decideAsync(KEY, permits));
        if (!decision.equals(later)) {
          throw decide.fault("decideAsync", decision, later, "it answers as decide does");
        }
        long time = random.nextLong(limit.period().toNanos());
        List.of(decide, tryAcquire, decideAsync).forEach(trial -> trial.turn(time));
      }
    }
  }

  static void throwsForPermitsBelowOne(RateLimiterContract contract) {
    for (RateLimit limit : Limits.of(contract)) {
      Trial trial = new Trial(contract, limit);
      for (long permits : new long[] {0, -1, Long.MIN_VALUE}) {
        Rejections.require(
            trial,
            IllegalArgumentException.class,
            "decide with " + permits + " permits",
            () -> trial.limiter().decide(KEY, permits));
        Rejections.require(
            trial,
            IllegalArgumentException.class,
            "tryAcquire with " + permits + " permits",
            () -> trial.limiter().tryAcquire(KEY, permits));
        Rejections.requireLater(
            trial,
            IllegalArgumentException.class,
            "decideAsync with " + permits + " permits",
            () -> trial.limiter().decideAsync(KEY, permits));
      }
      trial.spend(KEY);
      trial.rejects(KEY, 1, "a mistake of a caller gives nothing");
    }
  }

  static void rejectsPermitsThatCanNeverBeHad(RateLimiterContract contract) {
    for (RateLimit limit : Limits.of(contract)) {
      Trial trial = new Trial(contract, limit);
      for (long permits : Rejections.beyond(limit)) {
        Rejections.requireForGood(
            trial, "decide with " + permits + " permits", trial.limiter().decide(KEY, permits));
        if (trial.limiter().tryAcquire(KEY, permits)) {
          throw trial.fault(
              "tryAcquire with " + permits + " permits", false, true, "it answers as decide does");
        }
        String call = "decideAsync with " + permits + " permits";
        Rejections.requireForGood(
            trial, call, Answers.of(trial, call, trial.limiter().decideAsync(KEY, permits)));
      }
      trial.spend(KEY);
      Rejections.requireForGood(
          trial,
          "decide with a permit above the burst, of a spent key",
          trial.limiter().decide(KEY, limit.burst() + 1));
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
      Trial trial;
      try {
        trial = new Trial(contract, limit);
      } catch (IllegalArgumentException outOfRange) {
        continue; // what a limiter cannot keep it rejects
      }
      long wait = trial.spendAndAsk(KEY);
      trial.turn(wait - 1);
      trial.rejects(KEY, 1, "see whether a product of time and permits overflows");
      trial.turn(1);
      trial.admits(KEY, 1, "see whether a product of time and permits overflows");
    }
  }
}
