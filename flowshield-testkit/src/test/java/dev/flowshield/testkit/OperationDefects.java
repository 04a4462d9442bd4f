package dev.flowshield.testkit;

import static dev.flowshield.testkit.Defect.foundIn;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.util.List;

/** Limiters with wrong operations for operators. */
final class OperationDefects {

  static final List<Defect> ALL = List.of(
      foundIn(
          TakesToLook.class, "supportsOperators", "peeksWithoutTaking", "peeking takes nothing"),
      foundIn(
          ForgetsAKeyThatIsLookedAt.class,
          "supportsOperators",
          "changesNothingByPeeking",
          "peeking changes nothing"),
      foundIn(
          ResetsEveryone.class,
          "supportsOperators",
          "resetsAKeyAndNoOther",
          "another key was reset"),
      foundIn(
          ForgetsOnChange.class,
          "supportsOperators",
          "keepsTheStateOfKeysInProportion",
          "as large a part"),
      foundIn(
          RoundsUpWheneverTheLimitIsSet.class,
          "supportsOperators",
          "aChangeToTheSameLimitIsNone",
          "do not round"),
      foundIn(
          RoundsUpAtEachChange.class,
          "supportsOperators",
          "changesToAndFroStarveNoKey",
          "fractions of a permit"),
      foundIn(
          ConvertsNothingWhereTheBurstStays.class,
          "supportsOperators",
          "changesToAndFroInOneInstantMakeNoPermits",
          "whatever the rate is"),
      foundIn(
          DoesNothingInstead.class,
          "supportsOperators",
          "resetIsUnsupported",
          "UnsupportedOperationException"));

  private OperationDefects() {}

  /** Takes a permit in a peek. */
  static class TakesToLook implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        public Decision peek(String key) {
          return decide(key, 1);
        }
      };
    }
  }

  /** Makes room for a key in a peek, by resetting it. */
  static class ForgetsAKeyThatIsLookedAt extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        public Decision peek(String key) {
          Decision shown = super.peek(key);
          if (shown.isAdmitted()) {
            reset(key);
          }
          return shown;
        }
      };
    }
  }

  /** Resets all keys instead of one. */
  static class ResetsEveryone implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        public void reset(String key) {
          List.of("alice", "bob", "").forEach(super::reset);
        }
      };
    }
  }

  /** Forgets everything when its limit changes. */
  static class ForgetsOnChange implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        public void changeTo(List<RateLimit> limits) {
          super.changeTo(limits);
          List.of("alice", "bob", "").forEach(this::reset);
        }
      };
    }
  }

  /** Rounds debts up to whole permits whenever the limit is set. */
  static class RoundsUpWheneverTheLimitIsSet implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, RoundingUp::new) {
        @Override
        boolean isChange(RateLimit next) {
          return true;
        }
      };
    }
  }

  /** Rounds debts up to whole permits whenever the limit changes. */
  static class RoundsUpAtEachChange implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, RoundingUp::new);
    }
  }

  private static class RoundingUp extends Debts {
    RoundingUp(RateLimit limit) {
      super(limit);
    }

    @Override
    long converted(long units, RateLimit next) {
      long period = next.period().toNanos();
      return -Math.floorDiv(-super.converted(units, next), period) * period;
    }
  }

  /** Keeps the state of a key if the burst is unchanged, although the state is a time. */
  static class ConvertsNothingWhereTheBurstStays implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        long converted(long units, RateLimit next) {
          return next.burst() == limit().burst() ? units : super.converted(units, next);
        }
      });
    }
  }

  /** Ignores an operation that it does not support. */
  static class DoesNothingInstead implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      RateLimiter right = new ExactLimiter(spec);
      return new RateLimiter() {
        @Override
        public Decision decide(String key, long permits) {
          return right.decide(key, permits);
        }

        @Override
        public void reset(String key) {}
      };
    }
  }
}
