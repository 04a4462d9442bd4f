package dev.flowshield.testkit;

import static dev.flowshield.testkit.Defect.foundIn;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.testkit.Debts.Debt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Limiters that give back too much of a reservation, or too little. */
final class ReserveDefects {

  static final List<Defect> ALL = List.of(
      foundIn(GivesBackTwice.class, "reserves", "givesNothingBackThatCameBackByItself", "must be"),
      foundIn(
          GivesBackWhatStoodBefore.class,
          "reserves",
          "forgivesNothingInWhateverOrderReservationsAreSettled",
          "must be"),
      foundIn(
          NeverGivesBack.class,
          "reserves",
          "givesBackWhatWasNotUsed",
          "what was not used is given back"),
      foundIn(
          NeverGivesBack.class,
          "waits",
          "givesThePermitsOfACancelledWaitBack",
          "the wait was cancelled"),
      foundIn(
          NeverGivesBack.class,
          "waits",
          "givesThePermitsOfAnInterruptedThreadBack",
          "the thread was interrupted"),
      foundIn(
          ShiftsTheEndWhereAChargeWasMade.class,
          "waits",
          "servesNoTwoBurstsAtOnceWhereATrueCostWasCharged",
          "permits used of key"),
      foundIn(
          ShiftsTheEndBelowAWaiter.class,
          "waits",
          "servesNoRefundTwiceThatIsMadeWhileCallersWait",
          "permits used of key"),
      foundIn(
          ReservesTwiceWhenAsynchronous.class,
          "reserves",
          "answersAtOnceAndLaterAlike",
          "it answers as reserve does"),
      foundIn(
          PromisesWhatItCannot.class,
          "reserves",
          "takesTheEstimate",
          "the answer to reserve('alice', 1) must be",
          "implement what capabilities() promise"));

  private ReserveDefects() {}

  /** Gives back what has come back by itself. */
  static class GivesBackTwice implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        void giveBack(Account account, Account.Taking taking, long unused) {
          Debt owed = account.replayed(this);
          account.becomes(new Debt(Math.max(0, owed.units() - cost(unused)), owed.at()));
        }
      });
    }
  }

  /**
   * Knows of each reservation when its permits would be back, but not that others' were given back
   * since, so they are back earlier.
   */
  static class GivesBackWhatStoodBefore implements RateLimiterContract {
    @Override
    public List<RateLimit> limits() {
      return List.of(RateLimit.parse("10/s"));
    }

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      long interval = spec.limit().period().toNanos() / spec.limit().permits();
      Map<String, Long> full = new HashMap<>(); // when all is back, by key
      return new RateLimiter() {
        @Override
        public Decision decide(String key, long permits) {
          long now = spec.ticker().nanos();
          long next = Math.max(now, full.getOrDefault(key, now)) + permits * interval;
          long wait = next - now - spec.limit().burst() * interval;
          if (wait > 0) {
            return new Decision.Rejected((permits * interval - wait) / interval, wait);
          }
          full.put(key, next);
          return new Decision.Admitted(-wait / interval);
        }

        @Override
        public Reservation reserve(String key, long permits) {
          if (!(decide(key, permits) instanceof Decision.Admitted admitted)) {
            throw new IllegalStateException("the test reserves what is there");
          }
          long taken = full.getOrDefault(key, 0L);
          return new Reservation.Held(permits, admitted, used -> {
            long outstanding = taken - spec.ticker().nanos();
            full.merge(
                key,
                Math.min((permits - used) * interval, Math.max(0, outstanding)),
                (at, back) -> at - back);
          });
        }

        @Override
        public Set<Capability> capabilities() {
          return Set.of(Capability.RESERVE);
        }
      };
    }
  }

  /** Keeps the permits of callers that stopped waiting, or did not use them. */
  static class NeverGivesBack implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        void giveBack(Account account, Account.Taking taking, long unused) {}
      });
    }
  }

  /**
   * Takes permits of a waiter off the time when all is back, where it cannot undo more: a charge
   * was made behind it.
   */
  static class ShiftsTheEndWhereAChargeWasMade implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        void giveBack(Account account, Account.Taking taking, long unused) {
          int last = account.takings.size() - 1;
          if (!account.waiters.isEmpty() && !account.takings.get(last).open) {
            shiftTheEnd(this, account, unused);
          } else {
            super.giveBack(account, taking, unused);
          }
        }
      });
    }
  }

  /** The same where the permits of a reservation come back while callers wait. */
  static class ShiftsTheEndBelowAWaiter implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        void giveBack(Account account, Account.Taking taking, long unused) {
          if (!account.waiters.isEmpty() && account.takings.indexOf(taking) == 0 && unused > 0) {
            shiftTheEnd(this, account, unused);
          } else {
            super.giveBack(account, taking, unused);
          }
        }
      });
    }
  }

  static class ReservesTwiceWhenAsynchronous extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        public CompletionStage<Reservation> reserveAsync(String key, long permits) {
          reserve(key, permits);
          return CompletableFuture.completedFuture(reserve(key, permits));
        }
      };
    }
  }

  static class PromisesWhatItCannot extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Bucket(spec) {
        @Override
        public Set<Capability> capabilities() {
          return Set.of(Capability.RESERVE);
        }
      };
    }
  }

  /** All is back earlier by the time of these permits, whatever still waits for its own. */
  private static void shiftTheEnd(Debts debts, Account account, long permits) {
    Debt owed = account.replayed(debts);
    account.becomes(new Debt(owed.units(), owed.at() - debts.waitFor(debts.cost(permits))));
  }
}
