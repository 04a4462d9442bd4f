package dev.flowshield.engine;

import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.limiter.KeyedLimiter;
import dev.flowshield.engine.limiter.TokenBucketProvider;
import dev.flowshield.engine.rate.Gcra;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The origin of the limiter that keeps a limit: a name, the user, or a store. */
sealed interface LimiterSource {

  /** The token bucket of the engine, which the user has not chosen. */
  LimiterSource DEFAULT = new Named(TokenBucketProvider.NAME, Map.of(), false);

  /** Returns the name of the limiter, or the text of the limiter or of its store. */
  String name();

  /** Returns the options that the limiter gets beside the limits. */
  Map<String, String> options();

  /** Returns the store, or null if no store keeps the limit. */
  @Nullable
  LimitStore store();

  /** Returns whether the user has chosen it, so the store of a shield does not replace it. */
  boolean isChosen();

  /**
   * Returns the limiter for a spec, a new one unless the user made it.
   *
   * @throws IllegalArgumentException if no limiter has the name, or it cannot keep the limit
   */
  RateLimiter limiter(LimiterSpec spec);

  /**
   * Returns whether the limiter is known to be able to change to these limits; false if only the
   * change itself can tell.
   *
   * @throws IllegalArgumentException if it cannot
   */
  boolean canKeep(List<RateLimit> limits);

  /**
   * A limiter that is found by its name and made with options.
   *
   * @param isChosen whether the user has chosen it
   */
  record Named(String name, Map<String, String> options, boolean isChosen)
      implements LimiterSource {

    /** Copies the options. */
    public Named {
      options = Map.copyOf(options);
    }

    @Override
    public @Nullable LimitStore store() {
      return null;
    }

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return isTokenBucket() // known without a search
          ? new KeyedLimiter(Gcra::new, spec)
          : RateLimiter.of(name, withOptions(spec, options));
    }

    @Override
    public boolean canKeep(List<RateLimit> limits) {
      if (isTokenBucket()) {
        limits.forEach(Gcra::new);
      } else {
        close(limiter(forOneKey(limits)));
      }
      return true;
    }

    private boolean isTokenBucket() { // one with options is made, and rejects them
      return name.equals(TokenBucketProvider.NAME) && options.isEmpty();
    }
  }

  /** A limiter that the user made. */
  record Own(RateLimiter itself) implements LimiterSource {

    @Override
    public String name() {
      return itself.toString();
    }

    @Override
    public Map<String, String> options() {
      return Map.of();
    }

    @Override
    public @Nullable LimitStore store() {
      return null;
    }

    @Override
    public boolean isChosen() {
      return true;
    }

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return itself;
    }

    @Override
    public boolean canKeep(List<RateLimit> limits) {
      return false;
    }
  }

  /** A limiter of a store, made with options. */
  record Stored(LimitStore store, Map<String, String> options) implements LimiterSource {

    /** Copies the options. */
    public Stored {
      options = Map.copyOf(options);
    }

    @Override
    public String name() {
      return store.toString();
    }

    @Override
    public boolean isChosen() {
      return true;
    }

    @Override
    public RateLimiter limiter(LimiterSpec spec) {
      return store.limiter(withOptions(spec, options));
    }

    @Override
    public boolean canKeep(List<RateLimit> limits) {
      close(limiter(forOneKey(limits)));
      return true;
    }
  }

  private static LimiterSpec withOptions(LimiterSpec spec, Map<String, String> options) {
    LimiterSpec all = spec;
    for (Map.Entry<String, String> option : options.entrySet()) {
      all = all.withOption(option.getKey(), option.getValue());
    }
    return all;
  }

  private static LimiterSpec forOneKey(List<RateLimit> limits) {
    return LimiterSpec.ofAll(limits).withMaxKeys(1);
  }

  /** Closes a limiter that was made for a look, if it can be closed. */
  private static void close(RateLimiter limiter) {
    if (limiter instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception failure) {
        throw new IllegalStateException("a limiter could not be closed: " + failure, failure);
      }
    }
  }
}
