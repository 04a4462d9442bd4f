package dev.flowshield.engine;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.limiter.KeyedLimiter;
import dev.flowshield.engine.limiter.TokenBucketProvider;
import dev.flowshield.engine.rate.Gcra;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The limiter that keeps a limit: one that is found by its name and made with these options, or one
 * that the user made.
 *
 * @param name the name of the limiter, or what it says of itself
 * @param options what it is told beside the limits
 * @param itself the limiter that the user made; null if it is found by its name
 */
record Keeper(
    String name, Map<String, String> options, @Nullable RateLimiter itself) {

  /** The token bucket of the engine. */
  static final Keeper DEFAULT = new Keeper(TokenBucketProvider.NAME, Map.of(), null);

  /** Copies the options. */
  Keeper {
    options = Map.copyOf(options);
  }

  /**
   * Puts a limit to work.
   *
   * @throws IllegalArgumentException if no limiter has the name, or it cannot keep the limit
   */
  ActiveLimit activate(Limit limit, Ticker ticker, InstantSource instantSource) {
    LimiterSpec spec = LimiterSpec.ofAll(limit.limits())
        .withTicker(ticker)
        .withInstantSource(instantSource)
        .withMaxKeys(limit.scope() == Scope.EACH ? limit.maxKeys() : 1);
    RateLimiter limiter = itself != null ? itself : made(spec);
    // Limits are judged by the shield's reading of the clock, so they must go by the same one.
    return limiter instanceof KeyedLimiter keyed && keyed.spec().ticker() == ticker
        ? new LocalLimit(limit, keyed)
        : new ForeignLimit(limit, limiter);
  }

  /**
   * Whether the limiter can keep these limits.
   *
   * @return true if it can; false if that shows only when it is told to
   * @throws IllegalArgumentException if it cannot
   */
  boolean canKeep(List<RateLimit> limits) {
    if (itself != null) {
      return false;
    }
    if (isDefault()) {
      limits.forEach(Gcra::new);
    } else {
      made(LimiterSpec.ofAll(limits).withMaxKeys(1));
    }
    return true;
  }

  private RateLimiter made(LimiterSpec spec) {
    if (isDefault()) { // known without a search
      return new KeyedLimiter(Gcra::new, spec);
    }
    LimiterSpec all = spec;
    for (Map.Entry<String, String> option : options.entrySet()) {
      all = all.withOption(option.getKey(), option.getValue());
    }
    return RateLimiter.of(name, all);
  }

  private boolean isDefault() {
    return equals(DEFAULT); // with options it is asked, and says that it has none
  }
}
