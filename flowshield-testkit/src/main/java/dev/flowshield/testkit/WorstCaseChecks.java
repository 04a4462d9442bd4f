package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * Checks of the permits admitted in a span of time: never more than the worst case, however the
 * ticker moves, and the whole rate in the long run.
 */
final class WorstCaseChecks {

  private static final String KEY = "alice";
  private static final int SCHEDULES = 4;
  private static final int STEPS = 200;
  private static final int LONG_RUN = 20_000;

  private WorstCaseChecks() {}

  static void neverAdmitsMoreThanTheWorstCase(RateLimiterContract contract, long start) {
    Random random = LimiterFixture.random();
    for (RateLimit limit : ContractLimits.of(contract)) {
      for (int schedule = 0; schedule < SCHEDULES; schedule++) {
        LimiterFixture fixture = new LimiterFixture(contract, limit, start);
        run(fixture, random, false);
        fixture.requireWorstCase();
      }
    }
  }

  static void neverAdmitsMoreWhenTheTickerWrapsAround(RateLimiterContract contract) {
    Random random = LimiterFixture.random();
    for (RateLimit limit : ContractLimits.of(contract)) {
      // The ends of the count, and of shifted counts that wrap nearer to zero, are reached early in
      // a schedule.
      for (long end : List.of(Long.MIN_VALUE, 0L, 1L << 62, -1L << 62, 1L << 50, 1L << 40)) {
        LimiterFixture fixture =
            new LimiterFixture(contract, limit, end - limit.period().toNanos() - 1);
        run(fixture, random, false);
        fixture.requireWorstCase();
      }
      LimiterFixture atTheEnd = new LimiterFixture(contract, limit, Long.MAX_VALUE);
      long wait = atTheEnd.spendForWait(KEY);
      atTheEnd.turn(wait - 1);
      atTheEnd.rejects(KEY, 1, "compare times by their difference: the count wraps around");
      atTheEnd.turn(1);
      atTheEnd.admits(KEY, 1, "compare times by their difference: the count wraps around");
    }
  }

  static void neverAdmitsMoreWhenTheTickerStepsBack(RateLimiterContract contract) {
    Random random = LimiterFixture.random();
    for (RateLimit limit : ContractLimits.of(contract)) {
      for (int schedule = 0; schedule < SCHEDULES; schedule++) {
        LimiterFixture fixture = new LimiterFixture(contract, limit);
        run(fixture, random, true);
        fixture.requireWorstCase();
      }
    }
  }

  /** Requests random numbers of permits at times at which limiters are likely to fail. */
  private static void run(LimiterFixture fixture, Random random, boolean stepsBack) {
    long period = fixture.limit().period().toNanos();
    long interval = Math.max(1, period / fixture.limit().permits());
    long told = 0;
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(stepsBack ? 10 : 8)) {
        case 0 -> fixture.turn(told);
        case 1 -> fixture.turn(Math.max(0, told - 1));
        case 2 -> fixture.turn(1);
        case 3 -> fixture.turn(interval);
        case 4 -> fixture.turn(random.nextLong(period));
        case 5 -> fixture.turn(random.nextInt(10) == 0 ? fixture.idleNanos() : 0);
        case 6, 7 -> {} // at the same time
        case 8 -> fixture.turn(-random.nextLong(period));
        default -> fixture.turn(-random.nextLong(interval) - 1);
      }
      String key = random.nextInt(4) == 0 ? "bob" : KEY;
      told = fixture.decide(key, fixture.permits(random)) instanceof Decision.Rejected rejected
          ? rejected.retryAfterNanos()
          : 0;
    }
  }

  static void aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth(RateLimiterContract contract) {
    Random random = LimiterFixture.random();
    for (RateLimit limit : ContractLimits.of(contract)) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      fixture.turn(limit.period().toNanos());
      long wait = fixture.spendForWait(KEY);
      long ahead = 0; // relative to the time when it was spent
      for (int step = 0; step < STEPS; step++) {
        long next = random.nextBoolean()
            ? wait - 1
            : -random.nextLong(4 * limit.period().toNanos());
        fixture.turn(next - ahead);
        ahead = next;
        fixture.rejects(
            KEY,
            1,
            "no time has passed that the key was not charged for: a step back is no refill");
      }
      fixture.turn(wait - ahead);
      fixture.admits(KEY, 1, "the ticker has passed the time that the limiter reported");
    }
  }

  static void admitsTheWholeRateInTheLongRunAndNoMore(RateLimiterContract contract) {
    for (RateLimit limit : ContractLimits.of(contract)) {
      LimiterFixture fixture = new LimiterFixture(contract, limit);
      fixture.spend(KEY);
      long warmUp = limit.burst() + 3 * limit.permits(); // until the initial permits are spent
      long periods = Math.max(4, LONG_RUN / limit.permits());
      takeOneByOne(fixture, warmUp);
      long began = fixture.elapsed();
      takeOneByOne(fixture, periods * limit.permits());
      long took = fixture.elapsed() - began;

      long even = periods * limit.period().toNanos();
      if (took > even * (1 + contract.rateTolerance()) + 1) {
        throw fixture.fault(
            "the time in which " + periods + " times the permits of a period are refilled",
            "at most " + Duration.ofNanos(even),
            Duration.ofNanos(took),
            "the rate is below the limit: do not round the time per permit, or override rateTolerance");
      }
      fixture.requireWorstCase(
          KEY, limit.burst() + warmUp + periods * limit.permits(), fixture.elapsed());
      if (took < even * (1 - contract.rateTolerance()) - 1) {
        throw fixture.fault(
            "the time in which " + periods + " times the permits of a period are refilled",
            "at least " + Duration.ofNanos(even),
            Duration.ofNanos(took),
            "the rate is above the limit: round the time per permit up");
      }
    }
  }

  private static void takeOneByOne(LimiterFixture fixture, long permits) {
    for (long taken = 0; taken < permits; taken++) {
      if (fixture.decide(KEY, 1) instanceof Decision.Rejected rejected) {
        RetryAfterChecks.admits(fixture, rejected.retryAfterNanos(), KEY, 1);
      }
    }
  }
}
