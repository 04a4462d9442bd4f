package dev.flowshield.redis.provider;

import dev.flowshield.LimitStore;
import dev.flowshield.redis.RedisStore;
import dev.flowshield.spi.LimitStoreProvider;
import java.util.List;
import java.util.Map;

/** Opens stores at addresses of Redis and Valkey. */
public final class RedisStoreProvider implements LimitStoreProvider {

  private static final List<String> SCHEMES = List.of(
      "redis:",
      "rediss:",
      "redis-socket:",
      "redis+ssl:",
      "redis+tls:",
      "redis-sentinel:",
      "rediss-sentinel:",
      "redis-cluster:",
      "rediss-cluster:");

  @Override
  public String form() {
    return "redis://host:6379";
  }

  @Override
  public boolean canOpen(String uri) {
    return SCHEMES.stream().anyMatch(uri::startsWith);
  }

  @Override
  public LimitStore open(String uri, Map<String, String> options) {
    RedisStore store = RedisStore.at(uri).options(options).open();
    store.connect();
    return store;
  }
}
