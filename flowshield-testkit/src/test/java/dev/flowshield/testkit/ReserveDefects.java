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

/** Limiters that refund too much or too little of a reservation. */
final class ReserveDefects {

  static final List<Defect> ALL = List.of(
      foundIn(
          GivesBackBeyondTheBurst.class,
          "settlesReservations",
          "refundsNoMoreThanTheBurst",
          "remaining after 1 permits"),
      foundIn(
          GivesBackTwice.class,
          "settlesReservations",
          "refundsNoMoreThanReservedInAnyOrderOfSettlement",
          "of open reservations"),
      foundIn(
          GivesBackTwice.class,
          "settlesReservations",
          "neverLetsMoreBeUsedThanTheWorstCaseAndOpenReservations",
          "permits used of key"),
      foundIn(
          NeverGivesBack.class,
          "settlesReservations",
          "refundsUnusedPermits",
          "unused permits are refunded"),
      foundIn(
          NeverGivesBack.class,
          "waitsForPermits",
          "refundsThePermitsOfACancelledWait",
          "the wait was cancelled"),
      foundIn(
          NeverGivesBack.class,
          "waitsForPermits",
          "refundsThePermitsOfAnInterruptedThread",
          "the thread was interrupted"),
      foundIn(
          ShiftsTheEndWhereAChargeWasMade.class,
          "waitsForPermits",
          "servesNoTwoBurstsAtOnceAfterACharge",
          "permits used of key"),
      foundIn(
          ShiftsTheEndBelowAWaiter.class,
          "waitsForPermits",
          "servesARefundMadeWhileCallersWaitOnce",
          "permits used of key"),
      foundIn(
          ReservesTwiceWhenAsynchronous.class,
          "settlesReservations",
          "syncAndAsyncAgree",
          "it returns the same as reserve"),
      foundIn(
          PromisesWhatItCannot.class,
          "settlesReservations",
          "takesTheEstimate",
          "the result of reserve('alice', 1) must be",
          "implement all capabilities"));

  private ReserveDefects() {}

  /** Refunds each permit twice, if the debt allows it. */
  static class GivesBackTwice extends Levels {
    @Override
    long refunded(long level, long unused, long burst) {
      return Math.min(burst, level + 2 * unused);
    }
  }

  /** Adds unused permits to the available ones, which then exceed the burst. */
  static class GivesBackBeyondTheBurst extends Levels {
    @Override
    long refunded(long level, long unused, long burst) {
      return level + unused;
    }
  }

  /** Stores the permits left of each key, in nanoseconds of refill. */
  private abstract static class Levels implements RateLimiterContract {

    /** Returns the level after a refund. */
    abstract long refunded(long level, long unused, long burst);

    @Override
    public List<RateLimit> limits() {
      return List.of(RateLimit.parse("10/s"));
    }

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      long interval = spec.limit().period().toNanos() / spec.limit().permits();
      long burst = spec.limit().burst() * interval;
      Map<String, Long> levels = new HashMap<>(); // as of the last call for a key
      Map<String, Long> last = new HashMap<>();
      return new RateLimiter() {
        @Override
        public Decision decide(String key, long permits) {
          long before = level(key);
          long left = before - permits * interval;
          if (left < 0) {
            return new Decision.Rejected(before / interval, -left);
          }
          levels.put(key, left);
          return new Decision.Admitted(left / interval);
        }

        private long level(String key) {
          long now = spec.ticker().nanos();
          long passed = now - last.getOrDefault(key, now);
          long before = levels.getOrDefault(key, burst);
          long level = passed > 0 ? Math.min(burst, before + passed) : before;
          last.put(key, now);
          levels.put(key, level);
          return level;
        }

        @Override
        public Reservation reserve(String key, long permits) {
          Decision decision = decide(key, permits);
          if (decision instanceof Decision.Rejected rejected) {
            return new Reservation.Rejected(rejected);
          }
          return new Reservation.Held(
              permits,
              (Decision.Admitted) decision,
              used -> levels.put(
                  key, refunded(level(key), Math.max(0, permits - used) * interval, burst)));
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
        void refund(Account account, Account.Taking taking, long unused) {}
      });
    }
  }

  /**
   * Shortens the time until all permits are refilled by the permits of a waiter, if a later charge
   * prevents an exact refund.
   */
  static class ShiftsTheEndWhereAChargeWasMade implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        void refund(Account account, Account.Taking taking, long unused) {
          int last = account.takings.size() - 1;
          if (!account.waiters.isEmpty() && !account.takings.get(last).open) {
            shiftTheEnd(this, account, unused);
          } else {
            super.refund(account, taking, unused);
          }
        }
      });
    }
  }

  /** Does the same if the permits of a reservation are refunded while callers wait. */
  static class ShiftsTheEndBelowAWaiter implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec, limit -> new Debts(limit) {
        @Override
        void refund(Account account, Account.Taking taking, long unused) {
          if (!account.waiters.isEmpty() && account.takings.indexOf(taking) == 0 && unused > 0) {
            shiftTheEnd(this, account, unused);
          } else {
            super.refund(account, taking, unused);
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

  /** Makes all permits available earlier by the time of these permits, even while others wait. */
  private static void shiftTheEnd(Debts debts, Account account, long permits) {
    Debt owed = account.replayed(debts);
    account.becomes(new Debt(owed.units(), owed.at() - debts.waitFor(debts.cost(permits))));
  }
}
