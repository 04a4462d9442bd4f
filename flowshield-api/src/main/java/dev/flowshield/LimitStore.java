package dev.flowshield;

import java.util.Map;
import java.util.Objects;

/**
 * A place where several instances of a service keep limits together, such as a Redis server: what
 * one of them admits, the others lack.
 *
 * <pre>{@code
 * try (LimitStore store = LimitStore.open("redis://localhost:6379")) {
 *   RateLimiter logins = store.limiter(LimiterSpec.of("5/min").withName("login"));
 *   boolean mayLogIn = logins.tryAcquire("alice");
 * }
 * }</pre>
 *
 * <p>A store that does not answer is no failure of its limiters: they go on by what was chosen for
 * that, {@link OnStoreFailure}. Thread-safe.
 */
public interface LimitStore extends AutoCloseable {

  /**
   * A limiter whose permits are kept here. Those of one {@linkplain LimiterSpec#withName name}
   * share their permits, in this process and in all others.
   *
   * @throws IllegalArgumentException if a limit or an option is outside the range of the store
   */
  RateLimiter limiter(LimiterSpec spec);

  /** How the store answers. */
  StoreStats stats();

  /** Lets go of the store; its limiters go on as if it did not answer. Does nothing again. */
  @Override
  void close();

  /** As {@link #open(String, Map)}, without options. */
  static LimitStore open(String uri) {
    return open(uri, Map.of());
  }

  /**
   * The store at an address. Whether it answers is not waited for.
   *
   * @param uri its address, as in {@code redis://localhost:6379}
   * @param options what its provider understands
   * @throws IllegalArgumentException if no provider knows the address, or it or an option is wrong
   * @throws IllegalStateException if a provider cannot be loaded
   */
  static LimitStore open(String uri, Map<String, String> options) {
    Objects.requireNonNull(uri, "uri");
    return Providers.store(uri, Map.copyOf(options));
  }
}
