package dev.flowshield.redis.provider;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.redis.RedisStore;
import dev.flowshield.spi.ForwardingRateLimiter;
import dev.flowshield.spi.RateLimiterProvider;
import java.util.HashMap;
import java.util.Map;

/**
 * Creates limiters by the name {@code redis}. Each has a connection of its own to the server at the
 * address of the option {@code uri}. The limiter is {@link AutoCloseable}, and closes the
 * connection.
 */
public final class RedisLimiterProvider implements RateLimiterProvider {

  private static final String URI = "uri";

  @Override
  public String name() {
    return "redis";
  }

  @Override
  public RateLimiter create(LimiterSpec spec) {
    Map<String, String> options = new HashMap<>(spec.options());
    String uri = options.remove(URI);
    if (uri == null) {
      throw new IllegalArgumentException("option 'uri' must be the address of a server, as in"
          + " redis://host:6379, got none: add withOption(\"uri\", ...)");
    }
    LimiterSpec plain = LimiterSpec.ofAll(spec.limits())
        .withTicker(spec.ticker())
        .withMaxKeys(spec.maxKeys())
        .withName(spec.name());
    RedisStore store = RedisStore.at(uri).options(options).open();
    return new OfItsOwnStore(store, store.limiter(plain));
  }

  /** A limiter with a store of its own. */
  private record OfItsOwnStore(RedisStore store, RateLimiter delegate)
      implements ForwardingRateLimiter, AutoCloseable {

    @Override
    public void close() {
      store.close();
    }

    @Override
    public String toString() {
      return delegate.toString();
    }
  }
}
