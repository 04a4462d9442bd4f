package dev.flowshield.testkit;

import static dev.flowshield.testkit.Defect.foundBy;
import static dev.flowshield.testkit.Defect.foundIn;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.Debts.Debt;
import java.util.List;

/** Limiters with wrong decisions or reports. */
final class AnswerDefects {

  static final List<Defect> ALL = List.of(
      foundBy(PunishesWhoAsks.class, "aRejectionTakesNothing", "rejections take none"),
      foundBy(
          ChargesALittleForARejection.class,
          "admitsTheWholeRateInTheLongRunAndNoMore",
          "a rejection must take nothing"),
      foundBy(
          TellsWhatRemainedBefore.class,
          "reportsExactlyTheRemainingPermits",
          "the permits left after the call"),
      foundBy(
          TellsTooLittleRemains.class,
          "reportsExactlyTheRemainingPermits",
          "no more than the remaining permits can be taken"),
      foundBy(CutsPermitsOff.class, "rejectsMorePermitsThanTheBurst", "reason BEYOND_BURST"),
      foundBy(ThrowsAboveTheBurst.class, "rejectsMorePermitsThanTheBurst", "ask for fewer"),
      foundBy(AdmitsNoPermits.class, "throwsForPermitsBelowOne", "IllegalArgumentException"),
      foundBy(TriesForOneOnly.class, "allFormsOfDecidingAgree", "tryAcquire must be"),
      foundBy(
          SaysItTookAPart.class, "takesAPartIfNotAllIsAvailable", "it takes as many as it returns"),
      foundBy(
          TakesAllOrNothing.class,
          "takesAPartIfNotAllIsAvailable",
          "it takes the available permits"),
      foundIn(
          TakesOfSome.class,
          "enforcesSeveralLimits",
          "takesOfAllLimitsOrOfNone",
          "takes nothing from the others"));

  private AnswerDefects() {}

  /** Charges for a rejection. */
  static class PunishesWhoAsks implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        void rejected(Account account) {
          account.debt = new Debt(account.debt.units() + cost(1), account.debt.at());
        }
      });
    }
  }

  static class ChargesALittleForARejection extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Bucket(spec) {
        @Override
        void rejected(String key, long owed) {
          full.merge(key, 1L, Long::sum);
        }
      };
    }
  }

  /** Reports the permits left before the call. */
  static class TellsWhatRemainedBefore implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      RateLimiter right = new ExactLimiter(spec);
      return (key, permits) -> right.decide(key, permits) instanceof Decision.Admitted admitted
          ? new Decision.Admitted(admitted.remaining() + permits)
          : right.decide(key, permits);
    }
  }

  /** Reports one permit too few, as if rounded twice. */
  static class TellsTooLittleRemains implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      RateLimiter right = new ExactLimiter(spec);
      return (key, permits) -> right.decide(key, permits) instanceof Decision.Admitted admitted
          ? new Decision.Admitted(Math.max(0, admitted.remaining() - 1))
          : right.decide(key, permits);
    }
  }

  /** Uses only the lower bits of the permits. */
  static class CutsPermitsOff implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        boolean mayBeHad(long permits) {
          return super.mayBeHad(permits & 0xFFFF_FFFFL);
        }
      });
    }
  }

  /** Throws for a number that a client may have chosen. */
  static class ThrowsAboveTheBurst implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      RateLimiter right = new ExactLimiter(spec);
      return (key, permits) -> {
        if (permits > spec.limit().burst()) {
          throw new IllegalArgumentException("permits must be fewer: ask for fewer");
        }
        return right.decide(key, permits);
      };
    }
  }

  /** Admits an invalid number as a request without cost. */
  static class AdmitsNoPermits implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      RateLimiter right = new ExactLimiter(spec);
      return (key, permits) -> permits < 1 ? new Decision.Admitted(0) : right.decide(key, permits);
    }
  }

  /** Decides about one permit although the caller requested more. */
  static class TriesForOneOnly implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        public boolean tryAcquire(String key, long permits) {
          return decide(key, 1).isAdmitted();
        }
      };
    }
  }

  /** Reports that it took a part, but takes nothing. */
  static class SaysItTookAPart extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        public long tryAcquireUpTo(String key, long most) {
          return Math.min(most, remaining(key));
        }

        private long remaining(String key) {
          return peek(key).remaining();
        }
      };
    }
  }

  /** Takes nothing if not all permits are available. */
  static class TakesAllOrNothing extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        public long tryAcquireUpTo(String key, long most) {
          return tryAcquire(key, most) ? most : 0;
        }
      };
    }
  }

  /** Takes from the limits that admit although another rejects. */
  static class TakesOfSome extends ExactLimitersContractTest {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiters(spec) {
        @Override
        void take(String key, long permits, boolean admits) {
          takeOfEach(key, permits);
        }
      };
    }
  }
}
