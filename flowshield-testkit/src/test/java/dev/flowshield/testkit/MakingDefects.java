package dev.flowshield.testkit;

import static dev.flowshield.testkit.Defect.foundBy;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Contracts that create no limiter, or not one in each call. */
final class MakingDefects {

  static final List<Defect> ALL = List.of(
      foundBy(
          IsMadeOnce.class,
          "admitsAWholeBurstAtOnceAndNoMore",
          "must be a new limiter each time, got the"),
      foundBy(
          IsNull.class,
          "admitsAWholeBurstAtOnceAndNoMore",
          "limiter(spec) must be a new limiter, got null"),
      foundBy(
          KeepsNoneOfTheLimits.class,
          "admitsAWholeBurstAtOnceAndNoMore",
          "limiter(spec) must be a new limiter, got java.lang.IllegalArgumentException",
          "override limits() with limits that it can enforce",
          "limit must be a whole minute"));

  private MakingDefects() {}

  static class IsMadeOnce extends Impatient {
    private static final Map<String, RateLimiter> MADE = new HashMap<>();

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return MADE.computeIfAbsent("it", it -> new Bucket(spec));
    }
  }

  static class IsNull extends Impatient {
    @Override
    @SuppressWarnings("NullAway") // an author without null checks could write this
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
