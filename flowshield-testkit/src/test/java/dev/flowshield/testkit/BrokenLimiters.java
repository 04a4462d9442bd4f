package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/**
 * Limiters as they are first written: a small token bucket with one mistake each, among them those
 * that never answer.
 */
final class BrokenLimiters {

  private BrokenLimiters() {}

  /** A contract that waits for a second only. */
  abstract static class Impatient implements RateLimiterContract {
    @Override
    public Duration patience() {
      return Duration.ofSeconds(1);
    }
  }

  /** Of each key, when it is full again; the steps that a mistake overrides. */
  static class Bucket implements RateLimiter {
    final Map<String, Long> full = new HashMap<>();
    final LimiterSpec spec;
    final long interval;
    final long burst;

    Bucket(LimiterSpec spec) {
      this.spec = spec;
      this.interval = spec.limit().period().toNanos() / spec.limit().permits();
      this.burst = spec.limit().burst() * interval;
    }

    long now() {
      return spec.ticker().nanos();
    }

    long told(long wait) {
      return wait;
    }

    void rejected(String key, long owed) {}

    @Override
    public Decision decide(String key, long permits) {
      long now = now();
      long owed = Math.max(0, full.getOrDefault(key, now) - now);
      long wait = owed + permits * interval - burst;
      if (wait > 0) {
        rejected(key, owed);
        return new Decision.Rejected((burst - owed) / interval, told(wait));
      }
      full.put(key, now + owed + permits * interval);
      return new Decision.Admitted(-wait / interval);
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

  /** Remembers every key, and looks at each of them in each call. */
  static class SweepsAllKeysInEachCall extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Bucket(spec) {
        @Override
        public Decision decide(String key, long permits) {
          long now = now();
          full.values().removeIf(time -> time - now <= 0);
          return super.decide(key, permits);
        }
      };
    }
  }

  static class IsSlow extends Impatient {
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

  static class Blocks extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return (key, permits) -> {
        new Semaphore(0).acquireUninterruptibly();
        return new Decision.Admitted(0);
      };
    }
  }

  /** Works for one thread, and throws on the others. */
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

  static class AnswersNull extends Impatient {
    @Override
    @SuppressWarnings("NullAway") // what an author without such a check could write
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

  /** Answers the calls without a thread that waits in the wrong way. */
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
        @SuppressWarnings("NullAway") // what an author without such a check could write
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

  /** Asks the ticker for the next nanosecond, and again. */
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

  /** Makes room for a key that is only looked at, by starting it anew. */
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

  /** Says that it took a part, and takes nothing. */
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

  /** Takes nothing where not all is there. */
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

  static class IsMadeOnce extends Impatient {
    private static final Map<String, RateLimiter> MADE = new HashMap<>();

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return MADE.computeIfAbsent("it", it -> new Bucket(spec));
    }
  }

  static class IsNull extends Impatient {
    @Override
    @SuppressWarnings("NullAway") // what an author without such a check could write
    public RateLimiter limiter(LimiterSpec spec) {
      return null;
    }
  }

  static class KeepsNoneOfTheLimits extends Impatient {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      throw new IllegalArgumentException("limit must be a whole minute, got " + spec.limit());
    }
  }

  static class HasNoLimits extends Impatient {
    @Override
    public List<RateLimit> limits() {
      return List.of();
    }

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new Bucket(spec);
    }
  }
}
