package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Ticker;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.limiter.KeyedLimiter;
import dev.flowshield.engine.limiter.TokenBucketProvider;
import dev.flowshield.engine.rate.Gcra;
import dev.flowshield.spi.LimiterSpec;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Finds who keeps a limit of a shield. */
final class Keepers {

  private Keepers() {}

  /**
   * A limit at work.
   *
   * @throws IllegalArgumentException if no limiter has the name, or it cannot keep the limits
   */
  static ActiveLimit keep(Limit limit, Ticker ticker, InstantSource instantSource) {
    return Limit.named(limit.name(), () -> kept(limit, ticker, instantSource));
  }

  private static ActiveLimit kept(Limit limit, Ticker ticker, InstantSource instantSource) {
    if (isDefault(limit)) { // known without looking for it
      return new LocalLimit(limit, new KeyedLimiter(Gcra::new, spec(limit, ticker, instantSource)));
    }
    RateLimiter limiter = limit
        .ownLimiter()
        .orElseGet(() -> RateLimiter.of(limit.limiter(), spec(limit, ticker, instantSource)));
    // Limits are judged by the shield's reading of the clock, so they must go by the same one.
    return limiter instanceof KeyedLimiter keyed && keyed.ticker() == ticker
        ? new LocalLimit(limit, keyed)
        : new ForeignLimit(limit, limiter);
  }

  /**
   * Whether whoever keeps the limit can keep others instead.
   *
   * @return true if it can; false if that is not known before
   * @throws IllegalArgumentException if it cannot
   */
  static boolean canKeep(Limit limit, List<RateLimit> others) {
    if (limit.ownLimiter().isPresent()) {
      return false;
    }
    if (isDefault(limit)) {
      others.forEach(Gcra::new);
    } else {
      RateLimiter.of(
          limit.limiter(), withOptions(LimiterSpec.ofAll(others).withMaxClients(1), limit));
    }
    return true;
  }

  private static boolean isDefault(Limit limit) {
    return limit.ownLimiter().isEmpty()
        && limit.limiter().equals(TokenBucketProvider.NAME)
        && limit.options().isEmpty(); // it has none, and says so
  }

  private static LimiterSpec spec(Limit limit, Ticker ticker, InstantSource instantSource) {
    LimiterSpec spec = LimiterSpec.ofAll(limit.limits())
        .withTicker(ticker)
        .withInstantSource(instantSource)
        .withMaxClients(limit.scope() == Scope.EACH ? limit.maxClients() : 1);
    return withOptions(spec, limit);
  }

  private static LimiterSpec withOptions(LimiterSpec spec, Limit limit) {
    LimiterSpec all = spec;
    for (Map.Entry<String, String> option : limit.options().entrySet()) {
      all = all.withOption(option.getKey(), option.getValue());
    }
    return all;
  }
}
