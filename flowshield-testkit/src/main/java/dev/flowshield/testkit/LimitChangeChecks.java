package dev.flowshield.testkit;

import static dev.flowshield.testkit.CapabilityChecks.test;

import dev.flowshield.RateLimit;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Checks of a limit that is changed repeatedly. */
final class LimitChangeChecks {

  private static final List<String> KEYS = List.of("alice", "");
  private static final int TICKS = 240;

  private final RateLimiterContract contract;

  private LimitChangeChecks(RateLimiterContract contract) {
    this.contract = contract;
  }

  static Stream<DynamicTest> of(RateLimiterContract contract) {
    LimitChangeChecks tests = new LimitChangeChecks(contract);
    return Stream.of(
        test(
            "aChangeToTheSameLimitIsNone",
            ContractLimits.of(contract),
            tests::aChangeToTheSameLimitIsNone),
        test(
            "changesToAndFroInOneInstantMakeNoPermits",
            ContractLimits.of(contract),
            tests::changesInOneInstantMakeNoPermits),
        test("changesToAndFroStarveNoKey", ContractLimits.of(contract), tests::changesStarveNoKey));
  }

  private void aChangeToTheSameLimitIsNone(RateLimit limit) {
    long interval = limit.period().toNanos() / limit.permits();
    for (String key : KEYS) {
      for (long tick : new long[] {1 + interval / 6, 1 + limit.period().toNanos() / 6}) {
        LimiterFixture changed = new LimiterFixture(contract, limit);
        LimiterFixture unchanged = new LimiterFixture(contract, limit);
        long given = 0;
        long expected = 0;
        for (int i = 0; i < TICKS; i++) {
          given += takeAll(changed, key);
          expected += takeAll(unchanged, key);
          change(changed, limit);
          changed.turn(tick);
          unchanged.turn(tick);
        }
        if (given < expected) {
          throw changed.fault(
              "permits admitted if every " + tick + " ns the limit is changed to itself",
              "at least " + expected + ", as without",
              given,
              "a change to the same limit is no change: do not round");
        }
        changed.requireWorstCase();
      }
    }
  }

  private void changesInOneInstantMakeNoPermits(RateLimit limit) {
    long most = contract.worstCase(limit, Duration.ZERO);
    for (String key : KEYS) {
      for (int times : new int[] {1, 7, 100}) {
        LimiterFixture fixture = new LimiterFixture(contract, limit);
        long taken = 0;
        for (int i = 0; i < times; i++) {
          taken += takeAll(fixture, key);
          change(fixture, slower(limit));
          taken += takeAll(fixture, key);
          change(fixture, limit);
        }
        taken += takeAll(fixture, key);
        if (taken > most) {
          throw fixture.fault(
              "permits admitted at one instant while the limit is changed " + times + " times to "
                  + slower(limit) + " and back",
              "at most " + most,
              taken,
              "a key that has spent its burst has spent the next one too, whatever the rate is");
        }
      }
    }
  }

  private void changesStarveNoKey(RateLimit limit) {
    starvesNoKey(limit, slower(limit), limit);
    starvesNoKey(limit, limit, faster(limit));
  }

  private void starvesNoKey(RateLimit first, RateLimit smaller, RateLimit larger) {
    long tick = 20 + smaller.period().toNanos() * 53 / 300; // six ticks exceed the period
    for (String key : KEYS) {
      LimiterFixture fixture = new LimiterFixture(contract, first);
      LimiterFixture steady = new LimiterFixture(contract, smaller);
      long given = 0;
      long expected = 0;
      for (int i = 0; i < TICKS; i++) {
        given += takeAll(fixture, key);
        expected += takeAll(steady, key);
        try {
          change(fixture, i % 2 == 0 ? smaller : larger);
        } catch (IllegalArgumentException outOfRange) {
          return; // a limiter rejects limits that it cannot enforce
        }
        fixture.turn(tick);
        steady.turn(tick);
      }
      long twoPeriods = fixture.elapsed() / (2 * smaller.period().toNanos());
      long least = Math.max(twoPeriods, refillsEvenly(smaller) ? expected * 9 / 10 - 1 : 0);
      long most = contract.worstCase(larger, Duration.ofNanos(fixture.elapsed()));
      if (given < least || given > most) {
        throw fixture.fault(
            "permits admitted while the limit is changed between " + smaller + " and " + larger,
            least + " to " + most + ", about as many as " + smaller + " admits, or more",
            given,
            "keep the part of the burst that each key has spent, including fractions of a permit");
      }
    }
  }

  /** Returns whether the worst case is that of a token bucket, which refills evenly. */
  private boolean refillsEvenly(RateLimit limit) {
    long period = limit.period().toNanos();
    return contract.worstCase(limit, Duration.ofNanos(1))
            <= limit.burst() + limit.permits() / period
        && contract.worstCase(limit, Duration.ofNanos(period + 1))
            <= limit.burst() + limit.permits() + 1;
  }

  /** Changes the limit. Unlike the fixture's method, keeps checking spans that began earlier. */
  private static void change(LimiterFixture fixture, RateLimit next) {
    fixture.step("changeTo " + next);
    fixture.limiter().changeTo(List.of(next));
  }

  private static long takeAll(LimiterFixture fixture, String key) {
    long most = 4 * fixture.limit().burst();
    long taken = 0;
    while (taken <= most && fixture.limiter().tryAcquire(key, 1)) {
      taken++;
    }
    fixture.step("takes all of key '" + key + "': " + taken);
    if (taken > 0) {
      fixture.use(key, taken);
    }
    return taken;
  }

  /** Returns a limit with half the rate and the same burst. */
  private static RateLimit slower(RateLimit limit) {
    return new RateLimit(limit.permits(), limit.period().multipliedBy(2), limit.burst());
  }

  /** Returns a limit with twice the rate and twice the burst. */
  private static RateLimit faster(RateLimit limit) {
    return new RateLimit(2 * limit.permits(), limit.period(), 2 * limit.burst());
  }
}
