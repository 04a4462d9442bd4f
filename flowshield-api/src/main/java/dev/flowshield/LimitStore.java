package dev.flowshield;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * A store in which several instances of a service share their limits, such as a Redis server.
 * Permits that one instance takes are no longer available to the others.
 *
 * <pre>{@code
 * try (LimitStore store = LimitStore.open("redis://localhost:6379")) {
 *   RateLimiter logins = store.limiter(LimiterSpec.of("5/min").withName("login"));
 *   boolean mayLogIn = logins.tryAcquire("alice");
 * }
 * }</pre>
 *
 * <p>If the store does not respond, its limiters do not fail but follow their {@link
 * StoreFailurePolicy}. Thread-safe.
 */
public interface LimitStore extends AutoCloseable {

  /**
   * The permits that a request takes from one limiter.
   *
   * @param limiter a limiter of the store
   * @param key the key that is charged
   * @param permits the number of permits, at least 1
   */
  record StoreCharge(RateLimiter limiter, String key, long permits) {

    /** Checks for nulls. The limiter validates the rest. */
    public StoreCharge {
      Objects.requireNonNull(limiter, "limiter");
      Objects.requireNonNull(key, "key");
    }
  }

  /**
   * Creates a limiter whose permits are kept in this store. Limiters with equal {@linkplain
   * LimiterSpec#withName names} share their permits, in this process and in all others. Limiters
   * without a name share the default name, so name each limiter.
   *
   * @throws IllegalArgumentException if a limit or an option is outside the range of the store
   */
  RateLimiter limiter(LimiterSpec spec);

  /**
   * Takes permits from several limiters of this store, either all of them or no permits at all.
   * Uses a single round trip if the store can. Never blocks. If the store does not respond, each
   * limiter follows its {@link StoreFailurePolicy}, and the stage does not fail.
   *
   * <p>Dependent stages run on a thread of the store, so they must be short and must not wait for
   * the store. If the caller cancels or completes a future of the stage, the permits taken for it
   * are refunded.
   *
   * @param charges the charges, at least one, with no pair of limiter and key twice
   * @throws IllegalArgumentException if a limiter is not of this store, if a key is charged twice,
   *     or if a limiter would reject the arguments of its charge
   */
  CompletionStage<JointReservation> reserveAllAsync(List<StoreCharge> charges);

  /**
   * Returns the maximum number of permits of a key that any span of one period can admit, summed
   * over all instances, while the store responds.
   *
   * @param limit one of the limits of a limiter
   * @param options the options of that limiter
   * @throws IllegalArgumentException if the store does not know an option
   */
  default long worstCase(RateLimit limit, Map<String, String> options) {
    return limit.worstCase();
  }

  /** Returns statistics about the availability of this store. */
  StoreStats stats();

  /**
   * Closes the connection to the store. Its limiters continue as during an outage of the store.
   * Idempotent.
   */
  @Override
  void close();

  /** Opens a store without options. Throws as {@link #open(String, Map)} does. */
  static LimitStore open(String uri) {
    return open(uri, Map.of());
  }

  /**
   * Opens the store at the given address. Does not wait for the store to respond, unless an option
   * of the provider requires it.
   *
   * @param uri the address, as in {@code redis://localhost:6379}
   * @param options the options of the provider
   * @throws IllegalArgumentException if no provider knows the address, or if the address or an
   *     option is invalid
   * @throws IllegalStateException if a provider cannot be loaded, or if a required store does not
   *     respond
   */
  static LimitStore open(String uri, Map<String, String> options) {
    Objects.requireNonNull(uri, "uri");
    return Providers.store(uri, Map.copyOf(options));
  }
}
