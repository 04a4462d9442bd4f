package dev.flowshield.testkit;

import static dev.flowshield.testkit.Defect.foundBy;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import java.time.Duration;
import java.util.List;

/** Limiters that confuse keys, or remove or keep the wrong ones. */
final class KeyDefects {

  static final List<Defect> ALL = List.of(
      foundBy(
          SweepsAllKeysInEachCall.class,
          "neverForgivesASpentKeyInAFlood",
          "the time of a test must be at most PT3S, got ",
          "the cost of a call grows with the number of keys"),
      foundBy(TellsKeysApartByHashCode.class, "keysAreIndependent", "compare keys, not hashes"),
      foundBy(SharesASmallTable.class, "keysAreIndependent", "an idle key"),
      foundBy(
          ForgetsSpentKeysWhenFull.class,
          "neverForgivesASpentKeyInAFlood",
          "a spent key is never forgotten"),
      foundBy(
          TakesForgottenKeysForNew.class,
          "aStepBackForgivesNothingHoweverManyKeysCome",
          "may be in debt again"),
      foundBy(NeverMakesRoom.class, "admitsNewKeysAfterAFlood", "can be reused"),
      foundBy(GrowsForEver.class, "holdsNoMoreKeysThanAllowed", "keys held after 200000 arrived"));

  private KeyDefects() {}

  /** Confuses keys with equal hash codes. */
  static class TellsKeysApartByHashCode implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return ExactLimiter.withAccounts(spec, new Accounts(spec) {
        @Override
        String identity(String key) {
          return Integer.toString(key.hashCode());
        }
      });
    }
  }

  /** Counts keys in a small table, like a sketch. */
  static class SharesASmallTable implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return ExactLimiter.withAccounts(spec, new Accounts(spec) {
        @Override
        String identity(String key) {
          return key.length() < 6 ? key : Integer.toString((key.hashCode() * 0x9E3779B9) >>> 16);
        }
      });
    }
  }

  /** Makes room by removing the first key, spent or not. */
  static class ForgetsSpentKeysWhenFull implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return ExactLimiter.withAccounts(spec, new Accounts(spec) {
        @Override
        long makeRoom(Debts debts, long now) {
          if (all.size() >= spec.maxKeys()) {
            all.remove(all.keySet().iterator().next());
          }
          return 0;
        }
      });
    }
  }

  /**
   * Removes idle keys, and treats them as new when the ticker has stepped back to a time of their
   * debt.
   */
  static class TakesForgottenKeysForNew implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return ExactLimiter.withAccounts(spec, new Accounts(spec) {
        @Override
        long mayOweUntil(long now) {
          return now;
        }
      });
    }
  }

  /** Never removes a key. */
  static class NeverMakesRoom implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return ExactLimiter.withAccounts(spec, new Accounts(spec) {
        @Override
        long makeRoom(Debts debts, long now) {
          return all.size() < spec.maxKeys() ? 0 : 1;
        }
      });
    }
  }

  /** Stores every key, without a bound. */
  static class GrowsForEver implements RateLimiterContract {
    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return ExactLimiter.withAccounts(spec, new Accounts(spec) {
        @Override
        long makeRoom(Debts debts, long now) {
          return 0;
        }
      });
    }
  }

  /** Stores every key, and visits each of them in each call. */
  static class SweepsAllKeysInEachCall extends Impatient {
    @Override
    public Duration timeout() {
      return Duration.ofSeconds(3); // for enough calls, even on a busy machine
    }

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
}
