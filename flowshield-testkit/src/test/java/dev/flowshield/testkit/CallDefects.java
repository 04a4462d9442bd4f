package dev.flowshield.testkit;

import static dev.flowshield.testkit.Defect.foundBy;
import static dev.flowshield.testkit.Defect.foundIn;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Exchanger;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Limiters whose calls race, block, or return invalid results. */
final class CallDefects {

  static final List<Defect> ALL = List.of(
      foundBy(ChecksThenActs.class, "threadsGetOneBurstTogether", "decide and take in one step"),
      foundBy(
          BelongsToOneThread.class,
          "neverAdmitsMoreUnderThreads",
          "the results of the limiter for 8 concurrent threads",
          "not my thread"),
      foundIn(
          KeepsItsLockWhenTheTickerThrows.class,
          "survivesItsTicker",
          "peekWorksAfterTheTickerHasThrown",
          "unlock in a finally block"),
      foundBy(
          Blocks.class,
          "admitsAWholeBurstAtOnceAndNoMore",
          "the result of decide('alice', 10) must be given within PT1S, got none",
          "never blocks"),
      // after its timeout, each of its other tests takes a tenth of the time
      foundBy(Blocks.class, "threadsGetOneBurstTogether", "must be at most PT0.1S, got no end"),
      foundBy(
          IsSlow.class,
          "neverForgivesASpentKeyInAFlood",
          "a call takes microseconds in memory",
          "override timeout()"),
      foundBy(
          AnswersNull.class,
          "admitsAWholeBurstAtOnceAndNoMore",
          "the result of decide('alice', 10) must be given, got null"),
      foundBy(
          Overflows.class,
          "admitsAWholeBurstAtOnceAndNoMore",
          "the result of decide('alice', 10) must be a result or exception that the call declares,",
          "got java.lang.ArithmeticException: long overflow"),
      foundBy(
          NeverCompletes.class,
          "allFormsOfDecidingAgree",
          "the result of decideAsync('alice', ",
          "got no result within PT0.333333333S",
          "complete the stage"),
      foundIn(
          NeverCompletes.class,
          "waitsForPermits",
          "admitsAvailablePermitsAtOnce",
          "the result of acquire must be admitted, got pending"),
      foundIn(
          NeverCompletes.class,
          "settlesReservations",
          "syncAndAsyncAgree",
          "the result of reserveAsync('alice', ",
          "got no result within"),
      foundBy(
          CompletesWithNull.class,
          "allFormsOfDecidingAgree",
          "must be given by its stage, got null"),
      foundIn(
          CompletesWithNull.class,
          "waitsForPermits",
          "admitsAvailablePermitsAtOnce",
          "the result of acquireAsync('alice', 10, PT0S) must be given by its stage, got null"),
      foundBy(
          CompletesWithAFailure.class,
          "allFormsOfDecidingAgree",
          "got java.lang.IllegalStateException: no connection"),
      foundIn(
          CompletesWithAFailure.class,
          "waitsForPermits",
          "admitsAvailablePermitsAtOnce",
          "got java.lang.IllegalStateException: no connection"));

  private CallDefects() {}

  /** Decides and takes in two steps, so that two threads can take the last permit. */
  static class ChecksThenActs implements RateLimiterContract {
    private final Exchanger<Boolean> together = new Exchanger<>();

    @Override
    public List<RateLimit> limits() {
      return List.of(RateLimit.parse("1/s"));
    }

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        void judged() {
          leave();
          try { // at least two meet here before either has taken permits
            together.exchange(true, 1, TimeUnit.SECONDS);
          } catch (InterruptedException | TimeoutException alone) {
            Thread.currentThread().isInterrupted();
          } finally {
            enter();
          }
        }
      };
    }
  }

  /** Works on one thread, and throws on the others. */
  static class BelongsToOneThread extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      Thread owner = Thread.currentThread();
      return new Bucket(spec) {
        @Override
        public Decision decide(String key, long permits) {
          if (Thread.currentThread() != owner) {
            throw new IllegalStateException("not my thread");
          }
          return super.decide(key, permits);
        }
      };
    }
  }

  /** Unlocks at the end and not in a finally block. */
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

  static class Blocks extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return (key, permits) -> {
        new Semaphore(0).acquireUninterruptibly();
        return new Decision.Admitted(0);
      };
    }
  }

  static class IsSlow extends Impatient {
    @Override
    public Duration timeout() {
      return Duration.ofSeconds(3); // for enough calls, even on a busy machine
    }

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Bucket(spec) {
        @Override
        public Decision decide(String key, long permits) {
          for (long began = System.nanoTime(); System.nanoTime() - began < 200_000; ) {
            Thread.onSpinWait();
          }
          return super.decide(key, permits);
        }
      };
    }
  }

  static class AnswersNull extends Impatient {
    @Override
    @SuppressWarnings("NullAway") // an author without null checks could write this
    public RateLimiter limiter(LimiterSpec spec) {
      return (key, permits) -> null;
    }
  }

  static class Overflows extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return (key, permits) -> new Decision.Admitted(Math.multiplyExact(Long.MAX_VALUE, 2));
    }
  }

  /** Implements the asynchronous calls wrongly. */
  private abstract static class Asynchronous extends Bucket {
    Asynchronous(LimiterSpec spec) {
      super(spec);
    }

    abstract <T> CompletableFuture<T> answer();

    @Override
    public CompletionStage<Decision> decideAsync(String key, long permits) {
      return answer();
    }

    @Override
    public CompletableFuture<Decision> acquireAsync(String key, long permits, Duration maxWait) {
      return answer();
    }

    @Override
    public Reservation reserve(String key, long permits) {
      return decide(key, permits) instanceof Decision.Admitted admitted
          ? new Reservation.Held(permits, admitted, used -> {})
          : new Reservation.Rejected(new Decision.Rejected(0, 1));
    }

    @Override
    public CompletionStage<Reservation> reserveAsync(String key, long permits) {
      return answer();
    }

    @Override
    public Set<Capability> capabilities() {
      return Set.of(Capability.ACQUIRE, Capability.RESERVE);
    }
  }

  static class NeverCompletes extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Asynchronous(spec) {
        @Override
        <T> CompletableFuture<T> answer() {
          return new CompletableFuture<>();
        }
      };
    }
  }

  static class CompletesWithNull extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Asynchronous(spec) {
        @Override
        @SuppressWarnings("NullAway") // an author without null checks could write this
        <T> CompletableFuture<T> answer() {
          return CompletableFuture.completedFuture(null);
        }
      };
    }
  }

  static class CompletesWithAFailure extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Asynchronous(spec) {
        @Override
        <T> CompletableFuture<T> answer() {
          return CompletableFuture.failedFuture(new IllegalStateException("no connection"));
        }
      };
    }
  }
}
