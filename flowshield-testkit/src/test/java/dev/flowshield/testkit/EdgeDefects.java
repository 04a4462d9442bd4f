package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Limiters that are wrong only where the ticker steps back or throws, a waiter gives up, or a limit
 * changes again and again.
 */
final class EdgeDefects {

  private EdgeDefects() {}

  /**
   * Forgets idle keys, and takes them for new when the ticker has stepped back to where they owe.
   */
  static class TakesForgottenKeysForNew implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        long mayOweUntil(long now) {
          return now;
        }
      };
    }
  }

  /** Adds the length of a step back to the wait, at each rejection. */
  static class PutsOffWhoAsksAfterAStepBack implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        void rejected(Account account, long permits) {
          long back = account.debt.at() - spec.ticker().nanos();
          if (back > 0) {
            account.debt = new Debt(account.debt.units(), account.debt.at() + back);
          }
        }
      };
    }
  }

  /** Goes on to wait when its future is completed, unless it is cancelled. */
  static class GivesUpWhenCancelledOnly implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        boolean givesUp(Waiter waiter) {
          return waiter.future.isCancelled();
        }
      };
    }
  }

  /**
   * Frees the place of a waiter that gives up, and lets those behind it wait on for their own time.
   */
  static class LeavesThoseBehindWhereTheyAre implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        List<Waiter> moveUp(Account account) {
          return List.of();
        }
      };
    }
  }

  /**
   * Takes permits of a waiter off the time when all is back, where it cannot undo more: a charge
   * was made behind it.
   */
  static class ShiftsTheEndWhereAChargeWasMade implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        void giveBack(Account account, Taking taking, long unused) {
          int last = account.takings.size() - 1;
          if (!account.waiters.isEmpty() && !account.takings.get(last).open) {
            shiftTheEnd(account, unused);
          } else {
            super.giveBack(account, taking, unused);
          }
        }
      };
    }
  }

  /** The same where the permits of a reservation come back while callers wait. */
  static class ShiftsTheEndBelowAWaiter implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        void giveBack(Account account, Taking taking, long unused) {
          if (!account.waiters.isEmpty() && account.takings.indexOf(taking) == 0 && unused > 0) {
            shiftTheEnd(account, unused);
          } else {
            super.giveBack(account, taking, unused);
          }
        }
      };
    }
  }

  /** Looks whether it is time when a waiter is woken; if not, it never looks again. */
  static class LosesAWaiterThatIsWokenEarly implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        boolean isServed(Waiter waiter) {
          return waiter.taking.at - spec.ticker().nanos() <= 0;
        }
      };
    }
  }

  /** Rounds what is owed up to whole permits, as often as the limit is set. */
  static class RoundsUpWheneverTheLimitIsSet implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new RoundingUp(spec) {
        @Override
        boolean isChange(RateLimit next) {
          return true;
        }
      };
    }
  }

  /** Rounds what is owed up to whole permits, as often as the limit changes. */
  static class RoundsUpAtEachChange implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new RoundingUp(spec);
    }
  }

  private static class RoundingUp extends ExactLimiter {
    RoundingUp(LimiterSpec spec) {
      super(spec);
    }

    @Override
    long converted(long units, RateLimit next) {
      long period = next.period().toNanos();
      return -Math.floorDiv(-super.converted(units, next), period) * period;
    }
  }

  /** Takes a state for the same where the burst is, although it counts in time. */
  static class ConvertsNothingWhereTheBurstStays implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        long converted(long units, RateLimit next) {
          return next.burst() == limit().burst() ? units : super.converted(units, next);
        }
      };
    }
  }

  /** Unlocks at the end, not in a finally block. */
  static class KeepsItsLockWhenTheTickerThrows implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        public Decision peek(String key) {
          enter();
          spec.ticker().nanos();
          leave();
          return super.peek(key);
        }
      };
    }
  }

  /** Counts a waiter before its timer is set, and does not take it back when that fails. */
  static class TakesAPlaceBeforeTheTimer implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        CompletableFuture<Void> timer(long nanos) {
          queued += 2;
          CompletableFuture<Void> timer = super.timer(nanos);
          queued -= 2;
          return timer;
        }
      };
    }
  }
}
