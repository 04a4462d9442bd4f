package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** What holds for one key and one thread. */
final class OneKey {

  private static final String KEY = "alice";
  private static final int SCHEDULES = 4;
  private static final int STEPS = 200;
  private static final int LONG_RUN = 20_000;

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

  static void neverAdmitsMoreThanTheWorstCase(RateLimiterContract contract, long start) {
    Random random = Trial.random();
    for (RateLimit limit : Limits.of(contract)) {
      for (int schedule = 0; schedule < SCHEDULES; schedule++) {
        Trial trial = new Trial(contract, limit, start);
        run(trial, random, false);
        trial.requireWorstCase();
      }
    }
  }

  static void neverAdmitsMoreWhereTheTickerWrapsAround(RateLimiterContract contract) {
    Random random = Trial.random();
    for (RateLimit limit : Limits.of(contract)) {
      // so that the ends of the count come by early in a schedule; and shifted counts have theirs
      // nearer to zero
      for (long end : List.of(Long.MIN_VALUE, 0L, 1L << 62, -1L << 62, 1L << 50, 1L << 40)) {
        Trial trial = new Trial(contract, limit, end - limit.period().toNanos() - 1);
        run(trial, random, false);
        trial.requireWorstCase();
      }
      Trial atTheEnd = new Trial(contract, limit, Long.MAX_VALUE);
      long wait = atTheEnd.spendAndAsk(KEY);
      atTheEnd.turn(wait - 1);
      atTheEnd.rejects(KEY, 1, "compare times by their difference: the count wraps around");
      atTheEnd.turn(1);
      atTheEnd.admits(KEY, 1, "compare times by their difference: the count wraps around");
    }
  }

  static void neverAdmitsMoreWhenTheTickerStepsBack(RateLimiterContract contract) {
    Random random = Trial.random();
    for (RateLimit limit : Limits.of(contract)) {
      for (int schedule = 0; schedule < SCHEDULES; schedule++) {
        Trial trial = new Trial(contract, limit);
        run(trial, random, true);
        trial.requireWorstCase();
      }
    }
  }

  /** Asks for random numbers of permits at times that limiters are likely to get wrong. */
  private static void run(Trial trial, Random random, boolean stepsBack) {
    long period = trial.limit().period().toNanos();
    long interval = Math.max(1, period / trial.limit().permits());
    long told = 0;
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(stepsBack ? 10 : 8)) {
        case 0 -> trial.turn(told);
        case 1 -> trial.turn(Math.max(0, told - 1));
        case 2 -> trial.turn(1);
        case 3 -> trial.turn(interval);
        case 4 -> trial.turn(random.nextLong(period));
        case 5 -> trial.turn(random.nextInt(10) == 0 ? trial.idleNanos() : 0);
        case 6, 7 -> {} // again at the same time
        case 8 -> trial.turn(-random.nextLong(period));
        default -> trial.turn(-random.nextLong(interval) - 1);
      }
      String key = random.nextInt(4) == 0 ? "bob" : KEY;
      told = trial.decide(key, permits(trial, random)) instanceof Decision.Rejected rejected
          ? rejected.retryAfterNanos()
          : 0;
    }
  }

  private static long permits(Trial trial, Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> trial.limit().burst();
      case 1 -> 1 + random.nextLong(trial.limit().burst());
      default -> 1;
    };
  }

  static void aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth(RateLimiterContract contract) {
    Random random = Trial.random();
    for (RateLimit limit : Limits.of(contract)) {
      Trial trial = new Trial(contract, limit);
      trial.turn(limit.period().toNanos());
      long wait = trial.spendAndAsk(KEY);
      long ahead = 0; // of the time when it was spent
      for (int step = 0; step < STEPS; step++) {
        long next = random.nextBoolean()
            ? wait - 1
            : -random.nextLong(4 * limit.period().toNanos());
        trial.turn(next - ahead);
        ahead = next;
        trial.rejects(
            KEY,
            1,
            "no time has passed that the key was not charged for: a step back is no refill");
      }
      trial.turn(wait - ahead);
      trial.admits(KEY, 1, "the ticker has passed the time that the limiter told");
    }
  }

  static void tellsTheShortestWaitThatHelps(RateLimiterContract contract) {
    Random random = Trial.random();
    for (RateLimit limit : Limits.of(contract)) {
      Trial trial = new Trial(contract, limit);
      for (int step = 0; step < STEPS; step++) {
        long permits = permits(trial, random);
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
          trial.admitsAfter(1, KEY, permits);
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
        long remaining = trial.decide(KEY, permits(trial, random)).remaining();
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
      trial.admitsAfter(wait, KEY, 1);
    }
  }

  static void allWaysToAskAgree(RateLimiterContract contract) {
    Random random = Trial.random();
    for (RateLimit limit : Limits.of(contract)) {
      Trial decide = new Trial(contract, limit);
      Trial tryAcquire = new Trial(contract, limit);
      Trial decideAsync = new Trial(contract, limit);
      for (int step = 0; step < STEPS; step++) {
        long permits = permits(decide, random);
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

  static void admitsTheWholeRateInTheLongRunAndNoMore(RateLimiterContract contract) {
    for (RateLimit limit : Limits.of(contract)) {
      Trial trial = new Trial(contract, limit);
      trial.spend(KEY);
      long warmUp = limit.burst() + 3 * limit.permits(); // until what was there at first is gone
      long periods = Math.max(4, LONG_RUN / limit.permits());
      takeOneByOne(trial, warmUp);
      long began = trial.elapsed();
      takeOneByOne(trial, periods * limit.permits());
      long took = trial.elapsed() - began;

      long even = periods * limit.period().toNanos();
      if (took > even * (1 + contract.rateTolerance()) + 1) {
        throw trial.fault(
            "the time in which " + periods + " times the permits of a period come back",
            "at most " + Duration.ofNanos(even),
            Duration.ofNanos(took),
            "the rate is below the limit: do not round the time per permit, or override rateTolerance");
      }
      trial.requireWorstCase(
          KEY, limit.burst() + warmUp + periods * limit.permits(), trial.elapsed());
      if (took < even * (1 - contract.rateTolerance()) - 1) {
        throw trial.fault(
            "the time in which " + periods + " times the permits of a period come back",
            "at least " + Duration.ofNanos(even),
            Duration.ofNanos(took),
            "the rate is above the limit: round the time per permit up");
      }
    }
  }

  private static void takeOneByOne(Trial trial, long permits) {
    for (long taken = 0; taken < permits; taken++) {
      if (trial.decide(KEY, 1) instanceof Decision.Rejected rejected) {
        trial.admitsAfter(rejected.retryAfterNanos(), KEY, 1);
      }
    }
  }

  static void rejectsPermitsThatCanNeverBeHad(RateLimiterContract contract) {
    for (RateLimit limit : Limits.of(contract)) {
      Trial trial = new Trial(contract, limit);
      for (long permits : new long[] {
        0,
        -1,
        Long.MIN_VALUE,
        limit.burst() + 1,
        Long.MAX_VALUE,
        Long.MAX_VALUE / 2,
        1L << 32,
        (1L << 32) + 1
      }) {
        if (permits < 1 || permits > limit.burst()) {
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
      }
      trial.spend(KEY);
      trial.rejects(KEY, 1, "a mistake of a caller gives nothing");
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
