package dev.flowshield;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

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
 * that, {@link StoreFailurePolicy}. Thread-safe.
 */
public interface LimitStore extends AutoCloseable {

  /**
   * What a request takes of one limiter.
   *
   * @param limiter one of the store
   * @param key whose permits they are
   * @param permits how many, at least 1
   */
  record StoreCharge(RateLimiter limiter, String key, long permits) {

    /** Checks that nothing is missing. The limiter checks the rest. */
    public StoreCharge {
      Objects.requireNonNull(limiter, "limiter");
      Objects.requireNonNull(key, "key");
    }
  }

  /**
   * A limiter whose permits are kept here. Those of one {@linkplain LimiterSpec#withName name}
   * share their permits, in this process and in all others. Limiters without a name have one name
   * together, so name each.
   *
   * @throws IllegalArgumentException if a limit or an option is outside the range of the store
   */
  RateLimiter limiter(LimiterSpec spec);

  /**
   * Takes permits of several of its limiters, all of them or none, in one round trip where the
   * store can. Never waits for it. Where the store does not answer, each limiter goes on by what
   * was chosen for it; that is no failure of the stage.
   *
   * <p>What depends on the stage runs on a thread of the store, so it must be short, and must not
   * wait for the store. A future of it that is cancelled, or completed by the caller, gives back
   * what is taken for it.
   *
   * @param charges one or more, no limiter with the same key twice
   * @throws IllegalArgumentException if a limiter is not of this store, a key is charged twice, or
   *     a charge is one that its limiter would not accept
   */
  CompletionStage<JointReservation> reserveAllAsync(List<StoreCharge> charges);

  /**
   * The most permits of a key that any span of a limit's period can admit, over all instances,
   * while the store answers.
   *
   * @param limit one of the limiter's
   * @param options those of the limiter
   * @throws IllegalArgumentException if the store does not know an option
   */
  default long worstCase(RateLimit limit, Map<String, String> options) {
    return limit.worstCase();
  }

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
   * Opens the store at an address. Does not wait for the store to answer, unless an option of its
   * provider asks for that.
   *
   * @param uri its address, as in {@code redis://localhost:6379}
   * @param options what its provider understands
   * @throws IllegalArgumentException if no provider knows the address, or it or an option is wrong
   * @throws IllegalStateException if a provider cannot be loaded, or a store that is required does
   *     not answer
   */
  static LimitStore open(String uri, Map<String, String> options) {
    Objects.requireNonNull(uri, "uri");
    return Providers.store(uri, Map.copyOf(options));
  }
}
