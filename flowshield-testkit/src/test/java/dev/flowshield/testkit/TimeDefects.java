package dev.flowshield.testkit;

import static dev.flowshield.testkit.Defect.foundBy;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.Debts.Debt;
import java.time.Duration;
import java.util.List;

/** Limiters that mishandle elapsed time, waits or refills. */
final class TimeDefects {

  static final List<Defect> ALL = List.of(
      foundBy(
          RefillsWhenTimeStepsBack.class,
          "aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth",
          "a step back is no refill"),
      foundBy(
          RefillsWhenTimeStepsBack.class,
          "neverAdmitsMoreWhenTheTickerStepsBack",
          "permits used of key"),
      foundBy(
          StartsAnewWhenTimeStepsBack.class,
          "aSpentKeyGainsNothingWhenTheTickerStepsBackAndForth",
          "a step back is no refill"),
      foundBy(
          StartsAnewWhenTimeStepsBack.class,
          "neverAdmitsMoreWhenTheTickerStepsBack",
          "permits used of key"),
      foundBy(
          StandsStillAfterTheWrap.class,
          "neverAdmitsMoreWhenTheTickerWrapsAround",
          "the count wraps around"),
      foundBy(
          PutsOffWhoAsksAfterAStepBack.class,
          "aStepBackOnlyDelaysRefills",
          "the ticker has caught up"),
      foundBy(AdmitsANanosecondEarly.class, "neverAdmitsMoreThanTheWorstCase", "must be"),
      foundBy(AdmitsANanosecondEarly.class, "reportsTheShortestWaitThatHelps", "must be"),
      foundBy(
          TellsAWaitThatIsTooLong.class, "reportsTheShortestWaitThatHelps", "report the shortest"),
      foundBy(
          RoundsItsWaitsDownToMicroseconds.class,
          "admitsTheWholeRateInTheLongRunAndNoMore",
          "the reported wait is too short: round it up, not down"),
      foundBy(
          TellsNegativeWaits.class,
          "admitsTheWholeRateInTheLongRunAndNoMore",
          "retryAfterNanos of a rejection must be 1 or more, got -"),
      foundBy(
          IsTooSlowInTheLongRun.class,
          "admitsTheWholeRateInTheLongRunAndNoMore",
          "the rate is below the limit"),
      foundBy(
          LosesAPartOfTheTime.class,
          "admitsTheWholeRateInTheLongRunAndNoMore",
          "keep fractions of a permit"),
      foundBy(IsTooFastInTheLongRun.class, "admitsTheWholeRateInTheLongRunAndNoMore", "must be at"),
      foundBy(
          ForgetsToRefill.class,
          "admitsTheWholeRateInTheLongRunAndNoMore",
          "after exactly the wait of 100000000 ns that a rejection reported must be admitted,"
              + " got rejected for 100000000 ns more",
          "refill by spec.ticker()"),
      foundBy(
          ReadsTheClockOfTheMachine.class,
          "admitsTheWholeRateInTheLongRunAndNoMore",
          "read no other clock"));

  private TimeDefects() {}

  /** Treats a step back of the clock as elapsed time. */
  static class RefillsWhenTimeStepsBack implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        long passed(long from, long to) {
          return Math.abs(to - from);
        }

        @Override
        long turn(Debt last, long now) {
          return now;
        }
      });
    }
  }

  /** Forgets all permits taken when the clock steps back. */
  static class StartsAnewWhenTimeStepsBack implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        long passed(long from, long to) {
          return to - from < 0 ? Long.MAX_VALUE : to - from;
        }

        @Override
        long turn(Debt last, long now) {
          return now;
        }
      });
    }
  }

  /** Compares times rather than differences. */
  static class StandsStillAfterTheWrap implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        long passed(long from, long to) {
          return to > from ? to - from : 0;
        }
      });
    }
  }

  /** Adds the length of a step back to the wait, at each rejection. */
  static class PutsOffWhoAsksAfterAStepBack implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        void rejected(Account account) {
          long back = account.debt.at() - spec.ticker().nanos();
          if (back > 0) {
            account.debt = new Debt(account.debt.units(), account.debt.at() + back);
          }
        }
      });
    }
  }

  /** Rounds the wait down. */
  static class AdmitsANanosecondEarly implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        long waitFor(long units) {
          return Math.max(0, units) / limit().permits();
        }
      });
    }
  }

  /** Rounds the wait up twice. */
  static class TellsAWaitThatIsTooLong implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        long waitFor(long units) {
          return units <= 0 ? 0 : units / limit().permits() + 1;
        }
      });
    }
  }

  static class RoundsItsWaitsDownToMicroseconds extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Bucket(spec) {
        @Override
        long told(long wait) {
          return Math.max(1, wait / 1_000 * 1_000);
        }
      };
    }
  }

  static class TellsNegativeWaits extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Bucket(spec) {
        @Override
        long told(long wait) {
          return -wait;
        }
      };
    }
  }

  /** Rounds the time per permit up, and reports the resulting waits. */
  static class IsTooSlowInTheLongRun implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      RateLimit asked = spec.limit();
      Duration slower = asked.period().plus(asked.period().dividedBy(100_000));
      return new ExactLimiter(LimiterSpec.of(new RateLimit(asked.permits(), slower, asked.burst()))
          .withTicker(spec.ticker()));
    }
  }

  /** Loses part of the elapsed time. */
  static class LosesAPartOfTheTime implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        long passed(long from, long to) {
          long passed = super.passed(from, to);
          return passed - passed / 100_000;
        }
      });
    }
  }

  /** Gains part of the elapsed time. */
  static class IsTooFastInTheLongRun implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        long passed(long from, long to) {
          long passed = super.passed(from, to);
          return passed + passed / 100_000;
        }

        @Override
        long waitFor(long units) {
          long wait = super.waitFor(units);
          return wait - wait / 100_001;
        }
      });
    }
  }

  static class ForgetsToRefill extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Bucket(spec) {
        @Override
        long now() {
          return 0;
        }
      };
    }
  }

  static class ReadsTheClockOfTheMachine extends Impatient {
    @Override
    public List<RateLimit> limits() {
      return List.of(RateLimit.parse("1/h"));
    }

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Bucket(spec) {
        @Override
        long now() {
          return System.nanoTime();
        }
      };
    }
  }
}
