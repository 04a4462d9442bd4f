package dev.flowshield.engine;

import dev.flowshield.LimitStore;
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
 * The limiter that keeps a limit: one that is found by its name and made with these options, one of
 * a store, or one that the user made.
 *
 * @param name the name of the limiter, or what it or its store says of itself
 * @param options what it is told beside the limits
 * @param itself the limiter that the user made; null if it is made by its name or by a store
 * @param store the store; null if there is none
 * @param isChosen whether the user has chosen it, so that the store of a shield does not
 */
record LimiterSource(
    String name,
    Map<String, String> options,
    @Nullable RateLimiter itself,
    @Nullable LimitStore store,
    boolean isChosen) {

  /** The token bucket of the engine. */
  static final LimiterSource DEFAULT =
      new LimiterSource(TokenBucketProvider.NAME, Map.of(), null, null, false);

  /** One that is found by its name. */
  static LimiterSource named(String name, Map<String, String> options) {
    return new LimiterSource(name, options, null, null, true);
  }

  /** One that the user made. */
  static LimiterSource of(RateLimiter itself) {
    return new LimiterSource(itself.toString(), Map.of(), itself, null, true);
  }

  /** One of a store. */
  static LimiterSource in(LimitStore store, Map<String, String> options) {
    return new LimiterSource(store.toString(), options, null, store, true);
  }

  /** Copies the options. */
  LimiterSource {
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
        .withName(limit.name())
        .withMaxKeys(limit.scope() == Scope.EACH ? limit.maxKeys() : 1);
    RateLimiter limiter = itself != null ? itself : made(spec);
    // Limits are judged by the shield's reading of the clock, so they must go by the same one.
    return limiter instanceof KeyedLimiter keyed && keyed.spec().ticker() == ticker
        ? new EngineLimit(limit, keyed)
        : new ExternalLimit(limit, limiter, store);
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
    if (isTokenBucket()) {
      limits.forEach(Gcra::new);
    } else {
      close(made(LimiterSpec.ofAll(limits).withMaxKeys(1)));
    }
    return true;
  }

  /** Lets go of a limiter that was made for a look. */
  private static void close(RateLimiter limiter) {
    if (limiter instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception failure) {
        throw new IllegalStateException("a limiter could not be closed: " + failure, failure);
      }
    }
  }

  private RateLimiter made(LimiterSpec spec) {
    if (isTokenBucket()) { // known without a search
      return new KeyedLimiter(Gcra::new, spec);
    }
    LimiterSpec all = spec;
    for (Map.Entry<String, String> option : options.entrySet()) {
      all = all.withOption(option.getKey(), option.getValue());
    }
    return store == null ? RateLimiter.of(name, all) : store.limiter(all);
  }

  private boolean isTokenBucket() { // with options it is asked, and says that it has none
    return store == null && name.equals(DEFAULT.name) && options.isEmpty();
  }
}
