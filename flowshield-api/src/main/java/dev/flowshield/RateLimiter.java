package dev.flowshield;

import dev.flowshield.spi.ForwardingRateLimiter;
import dev.flowshield.spi.RateAlgorithm;
import dev.flowshield.spi.RateLimiterProvider;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A limiter that grants permits at the pace of a {@link RateLimit}, to each key separately.
 *
 * <pre>{@code
 * RateLimiter limiter = RateLimiter.of("10/s burst 20");
 * boolean alice = limiter.tryAcquire("alice"); // alice has an allowance of her own
 * boolean all = limiter.tryAcquire(); // all calls without a key share one allowance
 * }</pre>
 *
 * <p>A key is a string of at most {@value #MAX_KEY_LENGTH} characters. Calls without a key use the
 * empty key. A number is always a number of permits, so pass a numeric key as a string. Short forms
 * take one permit. A rejection is a return value, never an exception.
 *
 * <p>The number of permits may come from a client, for example as the length of a text. A request
 * for more permits than the burst is therefore rejected with {@link Decision.Reason#BEYOND_BURST},
 * because no wait can help. A number below 1 is a programming error and throws {@link
 * IllegalArgumentException}.
 *
 * <p>Implementations are thread-safe. The built-in limiters never block and take no lock once a key
 * is known, and their {@code tryAcquire} allocates nothing. A limiter that keeps its permits
 * elsewhere documents its cost.
 *
 * <p><b>For authors.</b> Implement {@link #decide(String, long)}. All other methods are built on
 * it, and methods of later versions will be too. A {@link RateLimiterProvider} registers the
 * limiter under a name. For another formula, implement {@link RateAlgorithm}; the engine adds the
 * key table and the thread-safety. To add something to an existing limiter, start from {@link
 * ForwardingRateLimiter}.
 */
@FunctionalInterface
public interface RateLimiter {

  /** The maximum length of a key, in characters: 8,192. Hash longer keys before the call. */
  int MAX_KEY_LENGTH = 8192;

  /**
   * Takes the permits of a key if all of them are available now. Otherwise takes no permits.
   *
   * @param key the key that is charged
   * @param permits the number of permits, at least 1. More than the burst is {@link
   *     Decision.Rejected rejected} and not {@link Decision.Rejected#isRetryable retryable}
   * @return the decision, with the permits that remain
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the key is too long, or {@code permits} is below 1
   */
  Decision decide(String key, long permits);

  /** Equivalent to {@code decide(key, 1)}. */
  default Decision decide(String key) {
    return decide(key, 1);
  }

  /** Equivalent to {@code decide("", permits)}. */
  default Decision decide(long permits) {
    return decide("", permits);
  }

  /** Equivalent to {@code decide("", 1)}. */
  default Decision decide() {
    return decide("", 1);
  }

  /**
   * Takes the permits of a key like {@link #decide(String, long)}, but returns only whether they
   * were taken.
   */
  default boolean tryAcquire(String key, long permits) {
    return decide(key, permits).isAdmitted();
  }

  /** Equivalent to {@code tryAcquire(key, 1)}. */
  default boolean tryAcquire(String key) {
    return tryAcquire(key, 1);
  }

  /** Equivalent to {@code tryAcquire("", permits)}. */
  default boolean tryAcquire(long permits) {
    return tryAcquire("", permits);
  }

  /** Equivalent to {@code tryAcquire("", 1)}. */
  default boolean tryAcquire() {
    return tryAcquire("", 1);
  }

  /**
   * Takes all permits of a key that are available now, up to a maximum. For work that can be done
   * in part, such as sending part of a batch. May take fewer if other callers take permits of the
   * key at the same time.
   *
   * @param maxPermits the maximum, at least 1. A maximum above the burst takes all available
   *     permits
   * @return the number of permits taken, 0 to {@code maxPermits}
   * @throws IllegalArgumentException if the key is too long, or {@code maxPermits} is below 1
   */
  default long tryAcquireUpTo(String key, long maxPermits) {
    return Defaults.takeUpTo(this, key, maxPermits);
  }

  /**
   * Takes the permits of a key like {@link #decide(String, long)}, without blocking the caller. For
   * limiters that decide elsewhere, such as in a store. The default implementation decides before
   * it returns. Invalid arguments throw from this method and do not fail the stage.
   */
  default CompletionStage<Decision> decideAsync(String key, long permits) {
    return Defaults.later(() -> decide(key, permits));
  }

  /**
   * Returns the optional operations that this limiter supports. The methods of all others throw
   * {@link UnsupportedOperationException}.
   */
  default Set<Capability> capabilities() {
    return Set.of();
  }

  /**
   * Takes the permits of a key, waiting until they are available if necessary. For work that is
   * paced rather than rejected.
   *
   * <p>Waiters of one key are served in the order of their calls. A waiter reserves the next
   * permits that are refilled, so no later caller gets them first. A caller is rejected at once if
   * the wait would exceed {@code maxWait}, or if too many callers wait already ({@link
   * Decision.Reason#QUEUE_FULL}). Blocks the thread, holds no lock while it waits, and releases the
   * carrier of a virtual thread.
   *
   * @param maxWait the maximum wait, 0 to one hour
   * @return an admission once the permits are available, or a rejection without having waited
   * @throws InterruptedException if the thread is interrupted while it waits. The permits are
   *     refunded
   * @throws UnsupportedOperationException without {@link Capability#ACQUIRE}
   */
  default Decision acquire(String key, long permits, Duration maxWait) throws InterruptedException {
    return Defaults.await(acquireAsync(key, permits, maxWait));
  }

  /** Equivalent to {@code acquire(key, 1, maxWait)}. */
  default Decision acquire(String key, Duration maxWait) throws InterruptedException {
    return acquire(key, 1, maxWait);
  }

  /** Equivalent to {@code acquire("", 1, maxWait)}. */
  default Decision acquire(Duration maxWait) throws InterruptedException {
    return acquire("", 1, maxWait);
  }

  /**
   * Takes the permits of a key like {@link #acquire(String, long, Duration)}, without blocking a
   * thread. Cancel the future to stop waiting and to refund the permits. Dependent stages run on
   * the timer thread, so they must be short or continue on another thread ({@code thenApplyAsync}).
   *
   * @throws UnsupportedOperationException without {@link Capability#ACQUIRE}
   */
  default CompletableFuture<Decision> acquireAsync(String key, long permits, Duration maxWait) {
    throw Capability.ACQUIRE.missing(this);
  }

  /** Equivalent to {@code acquireAsync(key, 1, maxWait)}. */
  default CompletableFuture<Decision> acquireAsync(String key, Duration maxWait) {
    return acquireAsync(key, 1, maxWait);
  }

  /** Equivalent to {@code acquireAsync("", 1, maxWait)}. */
  default CompletableFuture<Decision> acquireAsync(Duration maxWait) {
    return acquireAsync("", 1, maxWait);
  }

  /**
   * Takes an estimated number of permits now. The caller settles the reservation when the true
   * number is known.
   *
   * @throws UnsupportedOperationException without {@link Capability#RESERVE}
   */
  default Reservation reserve(String key, long permits) {
    throw Capability.RESERVE.missing(this);
  }

  /**
   * Takes an estimated number of permits like {@link #reserve}, without blocking the caller. For
   * limiters that decide elsewhere; see {@link #decideAsync}.
   */
  default CompletionStage<Reservation> reserveAsync(String key, long permits) {
    return Defaults.later(() -> reserve(key, permits));
  }

  /**
   * Returns the decision that a request for one permit of the key would get now, without taking the
   * permit. For operators.
   *
   * @throws UnsupportedOperationException without {@link Capability#PEEK}
   */
  default Decision peek(String key) {
    throw Capability.PEEK.missing(this);
  }

  /**
   * Restores the full allowance of a key, as if the key had never been seen. Waiting callers keep
   * their times of admission. For operators.
   *
   * @throws UnsupportedOperationException without {@link Capability#RESET}
   */
  default void reset(String key) {
    throw Capability.RESET.missing(this);
  }

  /**
   * Adds permits to the remaining permits of a key, up to the burst of each limit. For operators.
   *
   * <p>Any span of time therefore admits at most the limit for that span plus the permits added in
   * it. Waiting callers receive the added permits first. If the key was charged for other work
   * since they began to wait, the permits may count as added only when the last waiter is served.
   *
   * @param permits the number of permits, at least 1
   * @throws UnsupportedOperationException without {@link Capability#ADD}
   */
  default void add(String key, long permits) {
    throw Capability.ADD.missing(this);
  }

  /**
   * Replaces the limits of this limiter while it is in use. Each key keeps its state in proportion:
   * a key that had spent half of the old burst has spent half of the new one, rounded up to a whole
   * permit.
   *
   * @param limits the new limits, as many as this limiter has now
   * @throws IllegalArgumentException if the number of limits differs, or if a limit is outside the
   *     range of this limiter. The limits are unchanged then
   * @throws UnsupportedOperationException without {@link Capability#CHANGE}
   */
  default void changeTo(List<RateLimit> limits) {
    throw Capability.CHANGE.missing(this);
  }

  /**
   * Replaces the limits as {@link #changeTo(List)} does. Parses them from text, such as {@code
   * 200/s} or {@code 200/s, 9000/h}.
   */
  default void changeTo(String limits) {
    changeTo(RateLimit.parseAll(limits));
  }

  /** The optional operations of a limiter. */
  enum Capability {
    /** Waits for permits: {@code acquire} and {@code acquireAsync}. */
    ACQUIRE("wait for permits"),
    /** Settles an estimate afterwards: {@code reserve} and {@code reserveAsync}. */
    RESERVE("take an estimate and settle it"),
    /** Shows a key without taking permits: {@link RateLimiter#peek}. */
    PEEK("show a key"),
    /** Restores the full allowance of a key: {@link RateLimiter#reset}. */
    RESET("reset a key"),
    /** Adds permits to a key: {@link RateLimiter#add}. */
    ADD("add permits to a key"),
    /** Replaces the limits while callers continue: {@link RateLimiter#changeTo(List)}. */
    CHANGE("change its limits");

    private final String description;

    Capability(String description) {
      this.description = description;
    }

    private UnsupportedOperationException missing(RateLimiter limiter) {
      return new UnsupportedOperationException(
          "a limiter must be able to " + description + " for this, got " + limiter
              + ": choose one whose capabilities() include " + name()
              + ", as the engine's limiters do");
    }
  }

  /**
   * Creates a {@code token-bucket} limiter from the text of one limit, or of several, such as
   * {@code 100/s, 5000/h}. A limiter with several limits enforces all of them.
   *
   * @throws IllegalArgumentException if the text is not a limit
   * @throws IllegalStateException if no engine is on the class path or module path
   */
  static RateLimiter of(String limit) {
    return of(LimiterSpec.of(limit));
  }

  /** Creates a {@code token-bucket} limiter for one limit. Throws as {@link #of(String)} does. */
  static RateLimiter of(RateLimit limit) {
    return of(LimiterSpec.of(limit));
  }

  /**
   * Creates a {@code token-bucket} limiter: {@code of(LimiterSpec.of("10/s").withMaxQueued(5000))}.
   */
  static RateLimiter of(LimiterSpec spec) {
    return of("token-bucket", spec);
  }

  /**
   * Creates a limiter of the provider with the given name.
   *
   * @throws IllegalArgumentException if no provider has the name, or if the provider does not
   *     accept the limit. If no provider has the name, the message lists the providers found
   * @throws IllegalStateException if two providers share the name, or if a provider cannot be
   *     loaded or fails
   */
  static RateLimiter of(String name, RateLimit limit) {
    return of(name, LimiterSpec.of(limit));
  }

  /**
   * Creates a limiter of the provider with the given name, with a ticker, a maximum number of keys
   * or options of that provider. Throws as {@link #of(String, RateLimit)} does.
   */
  static RateLimiter of(String name, LimiterSpec spec) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(spec, "spec");
    return Providers.limiter(name, spec);
  }

  /** Creates a limiter that runs a custom algorithm on the key table of the engine. */
  static RateLimiter of(RateAlgorithm algorithm, LimiterSpec spec) {
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(spec, "spec");
    return Providers.engine().limiter(algorithm, spec);
  }
}
