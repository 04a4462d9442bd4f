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
import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Limiters that are wrong in one place each, as limiters often are. */
final class Defects {

  private Defects() {}

  /** Judges and takes in two steps, so that two threads can take the last permit. */
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
          try { // two at least meet here before either has taken
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

  /** Takes a step back of the clock for time that passed. */
  static class RefillsWhenTimeStepsBack implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        long passed(long from, long to) {
          return Math.abs(to - from);
        }

        @Override
        long turn(Debt last, long now) {
          return now;
        }
      };
    }
  }

  /** Forgets what was taken when the clock steps back. */
  static class StartsAnewWhenTimeStepsBack implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        long passed(long from, long to) {
          return to - from < 0 ? Long.MAX_VALUE : to - from;
        }

        @Override
        long turn(Debt last, long now) {
          return now;
        }
      };
    }
  }

  /** Compares times rather than their difference. */
  static class StandsStillAfterTheWrap implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        long passed(long from, long to) {
          return to > from ? to - from : 0;
        }
      };
    }
  }

  /** Rounds the wait down. */
  static class AdmitsANanosecondEarly implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        long waitFor(long units) {
          return Math.max(0, units) / limit().permits();
        }
      };
    }
  }

  /** Rounds the wait up twice. */
  static class TellsAWaitThatIsTooLong implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        long waitFor(long units) {
          return units <= 0 ? 0 : units / limit().permits() + 1;
        }
      };
    }
  }

  /** Rounds the time per permit up, and tells the waits that this makes. */
  static class IsTooSlowInTheLongRun implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      RateLimit asked = spec.limit();
      Duration slower = asked.period().plus(asked.period().dividedBy(100_000));
      return new ExactLimiter(LimiterSpec.of(new RateLimit(asked.permits(), slower, asked.burst()))
          .withTicker(spec.ticker()));
    }
  }

  /** Loses a part of the time that passes. */
  static class LosesAPartOfTheTime implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        long passed(long from, long to) {
          long passed = super.passed(from, to);
          return passed - passed / 100_000;
        }
      };
    }
  }

  /** Gains a part of the time that passes. */
  static class IsTooFastInTheLongRun implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
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
      };
    }
  }

  /** Charges for a rejection. */
  static class PunishesWhoAsks implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        void rejected(Account account, long permits) {
          account.debt = new Debt(account.debt.units() + unit(), account.debt.at());
        }
      };
    }
  }

  /** Tells what was there before the taking. */
  static class TellsWhatRemainedBefore implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      RateLimiter right = new ExactLimiter(spec);
      return (key, permits) -> right.decide(key, permits) instanceof Decision.Admitted admitted
          ? new Decision.Admitted(admitted.remaining() + permits)
          : right.decide(key, permits);
    }
  }

  /** Tells one permit less than there is, as when rounding twice. */
  static class TellsTooLittleRemains implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      RateLimiter right = new ExactLimiter(spec);
      return (key, permits) -> right.decide(key, permits) instanceof Decision.Admitted admitted
          ? new Decision.Admitted(Math.max(0, admitted.remaining() - 1))
          : right.decide(key, permits);
    }
  }

  /** Takes equal hash codes for equal keys. */
  static class TellsKeysApartByHashCode implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        String identity(String key) {
          return Integer.toString(key.hashCode());
        }
      };
    }
  }

  /** Counts keys in a small table, as a sketch does. */
  static class SharesASmallTable implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        String identity(String key) {
          return key.length() < 6 ? key : Integer.toString((key.hashCode() * 0x9E3779B9) >>> 16);
        }
      };
    }
  }

  /** Makes room by forgetting whoever comes first. */
  static class ForgetsSpentKeysWhenFull implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        long makeRoom(Map<String, Account> all, long now) {
          if (all.size() >= spec.maxKeys()) {
            all.remove(all.keySet().iterator().next());
          }
          return 0;
        }
      };
    }
  }

  /** Never lets go of a key that came. */
  static class NeverMakesRoom implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        long makeRoom(Map<String, Account> all, long now) {
          return all.size() < spec.maxKeys() ? 0 : 1;
        }
      };
    }
  }

  /** Takes whoever comes, without a bound. */
  static class GrowsForEver implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        long makeRoom(Map<String, Account> all, long now) {
          return 0;
        }
      };
    }
  }

  /** Looks at the lower bits of the permits only. */
  static class CutsPermitsOff implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        boolean mayBeHad(long permits) {
          return super.mayBeHad(permits & 0xFFFF_FFFFL);
        }
      };
    }
  }

  /** Answers for one permit where a caller asked for more. */
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

  /** Gives back what has come back by itself. */
  static class GivesBackTwice implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        void giveBack(Account account, Taking taking, long unused) {
          Debt owed = replayed(account);
          account.debt = new Debt(Math.max(0, owed.units() - unused * unit()), owed.at());
          account.takings.clear();
        }
      };
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

  /** Keeps the permits of those who stopped waiting, or did not use them. */
  static class NeverGivesBack implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec) {
        @Override
        void giveBack(Account account, Taking taking, long unused) {}
      };
    }
  }

  /**
   * Asks again when permits are due, instead of taking them ahead: whoever is quicker gets in
   * first.
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

  /** Lets any number wait. */
  static class LetsAnyNumberWait implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return new ExactLimiter(spec.withMaxQueued(1_000));
    }
  }

  /** Takes a permit to look. */
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

  /** Resets a key by resetting all. */
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

  /** Is asked to do what it cannot, and does nothing. */
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

  /** Takes of the limits that admit although another rejects. */
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
