package dev.flowshield.testkit;

import static dev.flowshield.testkit.Defect.foundIn;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.Account.Waiter;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Limiters that handle waiting callers wrongly. */
final class WaitDefects {

  static final List<Defect> ALL = List.of(
      foundIn(LetsOthersIn.class, "waitsForPermits", "admitsNobodyBeforeTheWaiters", "wait"),
      foundIn(
          LetsOthersIn.class,
          "waitsForPermits",
          "servesInOrderOfArrival",
          "first come, first served"),
      foundIn(
          RejectsWhoNeedNotWaitAnyMore.class,
          "waitsForPermits",
          "neverRejectsACallerThatIsWillingToWait",
          "decide again with a newer reading"),
      foundIn(LetsAnyNumberWait.class, "waitsForPermits", "boundsTheNumberOfWaiters", "maxQueued"),
      foundIn(
          PollsEachNanosecond.class,
          "waitsForPermits",
          "waitsExactlyUntilThePermitsAreAvailable",
          "futures of the ticker that complete within an advance",
          "create one future for the whole wait"),
      foundIn(
          GivesUpWhenCancelledOnly.class,
          "waitsForPermits",
          "releasesPlaceAndPermitsHoweverAWaiterGivesUp",
          "however the future completes"),
      foundIn(
          LeavesThoseBehindWhereTheyAre.class,
          "waitsForPermits",
          "movesUpTheWaitersBehindOneThatGivesUp",
          "they move up"),
      foundIn(
          LosesAWaiterThatIsWokenEarly.class,
          "waitsForPermits",
          "delaysAWaiterWhenTheTickerStepsBackAsItIsWoken",
          "let it wait for the rest"),
      foundIn(
          LosesAWaiterThatIsWokenEarly.class,
          "survivesItsTicker",
          "wakingAWaiterWorksAfterTheTickerHasThrown",
          "must not lose it"),
      foundIn(
          TakesAPlaceBeforeTheTimer.class,
          "survivesItsTicker",
          "acquireAsyncWorksAfterTheTickerHasThrown",
          "must be"));

  private WaitDefects() {}

  /**
   * Retries when permits are due, instead of taking them ahead, so that a faster caller can take
   * them.
   */
  static class LetsOthersIn implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        public CompletableFuture<Decision> acquireAsync(
            String key, long permits, Duration maxWait) {
          return decide(key, permits) instanceof Decision.Rejected rejected
              ? spec.ticker()
                  .after(rejected.retryAfterNanos())
                  .thenCompose(nothing -> acquireAsync(key, permits, maxWait))
              : CompletableFuture.completedFuture(new Decision.Admitted(0));
        }
      };
    }
  }

  /** Decides again before a caller waits, and rejects the caller if no wait is needed then. */
  static class RejectsWhoNeedNotWaitAnyMore implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        public CompletableFuture<Decision> acquireAsync(
            String key, long permits, Duration maxWait) {
          Decision before = maxWait.isZero() ? new Decision.Admitted(0) : look(key, permits);
          return !before.isAdmitted() && look(key, permits).isAdmitted()
              ? CompletableFuture.completedFuture(before)
              : super.acquireAsync(key, permits, maxWait);
        }
      };
    }
  }

  /** Allows any number of waiters. */
  static class LetsAnyNumberWait implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec.withMaxQueued(1_000));
    }
  }

  /** Requests a future for the next nanosecond, repeatedly. */
  static class PollsEachNanosecond extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Bucket(spec) {
        @Override
        public CompletableFuture<Decision> acquireAsync(
            String key, long permits, Duration maxWait) {
          CompletableFuture<Decision> waiting = new CompletableFuture<>();
          poll(key, permits, waiting);
          return waiting;
        }

        private void poll(String key, long permits, CompletableFuture<Decision> waiting) {
          Decision decision = decide(key, permits);
          if (decision.isAdmitted()) {
            waiting.complete(decision);
          } else {
            CompletableFuture<Void> unused =
                spec.ticker().after(1).thenRun(() -> poll(key, permits, waiting));
          }
        }

        @Override
        public Set<Capability> capabilities() {
          return Set.of(Capability.ACQUIRE);
        }
      };
    }
  }

  /** Continues to wait when its future is completed, unless it is cancelled. */
  static class GivesUpWhenCancelledOnly implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return ExactLimiter.withWaiters(spec, limiter -> new Waiters(limiter, spec) {
        @Override
        boolean givesUp(Waiter waiter) {
          return waiter.future.isCancelled();
        }
      });
    }
  }

  /** Releases the place of a waiter that gives up, but does not advance the waiters behind it. */
  static class LeavesThoseBehindWhereTheyAre implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return ExactLimiter.withWaiters(spec, limiter -> new Waiters(limiter, spec) {
        @Override
        List<Waiter> moveUp(Account account) {
          return List.of();
        }
      });
    }
  }

  /** Checks the time when a waiter is woken; if it is too early, never wakes it again. */
  static class LosesAWaiterThatIsWokenEarly implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return ExactLimiter.withWaiters(spec, limiter -> new Waiters(limiter, spec) {
        @Override
        boolean isServed(Waiter waiter) {
          return waiter.taking.at - spec.ticker().nanos() <= 0;
        }
      });
    }
  }

  /** Counts a waiter before its timer is set, and does not undo it if that fails. */
  static class TakesAPlaceBeforeTheTimer implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return ExactLimiter.withWaiters(spec, limiter -> new Waiters(limiter, spec) {
        @Override
        CompletableFuture<Void> timer(long nanos) {
          queued += 2;
          CompletableFuture<Void> timer = super.timer(nanos);
          queued -= 2;
          return timer;
        }
      });
    }
  }
}
