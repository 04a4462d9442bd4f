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
 * Hands out permits, each key by itself, at the pace of a {@link RateLimit}.
 *
 * <pre>{@code
 * RateLimiter limiter = RateLimiter.of("10/s burst 20");
 * boolean alice = limiter.tryAcquire("alice"); // alice has her own allowance
 * boolean all = limiter.tryAcquire(); // one allowance for all calls without a key
 * }</pre>
 *
 * <p>A key is any string of at most {@value #MAX_KEY_LENGTH} characters; the empty key is the
 * allowance of the calls without a key. A number is a count of permits; as a key it is written as a
 * string. Short forms take one permit, and the allowance without a key. A rejection is an answer,
 * never an exception.
 *
 * <p>The number of permits may come from a client, such as the length of a text. So a request for
 * more than the burst is rejected, too, with {@link Decision.Reason#BEYOND_BURST}: no wait helps. A
 * number below 1 comes from a mistake in code, and throws.
 *
 * <p>Limiters are thread-safe. The built-in ones never block, take no lock once a key is known, and
 * {@code tryAcquire} allocates nothing; one that keeps its permits elsewhere says what it costs.
 *
 * <p><b>For authors.</b> Write {@link #decide(String, long)}; all else is built on it, and what
 * later versions add will be too. A {@link RateLimiterProvider} makes the limiter known by a name.
 * For another formula write a {@link RateAlgorithm}, to which the engine adds the key table and the
 * thread-safety. To add something to a limiter, start from {@link ForwardingRateLimiter}.
 */
@FunctionalInterface
public interface RateLimiter {

  /** The most characters of a key: 8,192. Longer keys are rejected; hash them first. */
  int MAX_KEY_LENGTH = 8192;

  /**
   * Takes permits of a key if all of them are there now; else takes none.
   *
   * @param key whom to count
   * @param permits how many, at least 1; more than the burst is {@link Decision.Rejected rejected},
   *     and not {@link Decision.Rejected#isRetryable retryable}
   * @return what was decided, with what remains
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the key is too long, or {@code permits} is below 1
   */
  Decision decide(String key, long permits);

  /** Short for {@code decide(key, 1)}. */
  default Decision decide(String key) {
    return decide(key, 1);
  }

  /** Short for {@code decide("", permits)}. */
  default Decision decide(long permits) {
    return decide("", permits);
  }

  /** Short for {@code decide("", 1)}. */
  default Decision decide() {
    return decide("", 1);
  }

  /** As {@link #decide(String, long)} for callers that need no more than yes or no. */
  default boolean tryAcquire(String key, long permits) {
    return decide(key, permits).isAdmitted();
  }

  /** Short for {@code tryAcquire(key, 1)}. */
  default boolean tryAcquire(String key) {
    return tryAcquire(key, 1);
  }

  /** Short for {@code tryAcquire("", permits)}. */
  default boolean tryAcquire(long permits) {
    return tryAcquire("", permits);
  }

  /** Short for {@code tryAcquire("", 1)}. */
  default boolean tryAcquire() {
    return tryAcquire("", 1);
  }

  /**
   * Takes all permits of a key that are there now, up to this many, unless others take some at the
   * same moment: for work that can be done in part, as sending a part of a batch.
   *
   * @param most at least 1; above the burst, all that is there
   * @return how many were taken, 0 to {@code most}
   * @throws IllegalArgumentException as {@link #decide(String, long)} does
   */
  default long tryAcquireUpTo(String key, long most) {
    return Defaults.takeUpTo(this, key, most);
  }

  /**
   * As {@link #decide(String, long)}, for answers that come from elsewhere and callers that must
   * not wait. This one answers at once. A mistake of the caller is thrown here.
   */
  default CompletionStage<Decision> decideAsync(String key, long permits) {
    return Defaults.later(() -> decide(key, permits));
  }

  /** What this limiter can do beyond deciding; the methods of what it cannot throw. */
  default Set<Capability> capabilities() {
    return Set.of();
  }

  /**
   * Takes permits of a key now or, if they are not there yet, as soon as they are: for work that is
   * to be paced rather than rejected.
   *
   * <p>First come, first served, for each key by itself: a waiter has taken the permits that come
   * back next, so no later caller gets them first. A caller that would wait too long, or finds too
   * many waiters ({@link Decision.Reason#QUEUE_FULL}), is rejected at once. Blocks the thread,
   * holds no lock meanwhile, and releases the carrier of a virtual thread.
   *
   * @param maxWait how long to wait at most, 0 to one hour
   * @return admitted, when the permits are there; or rejected, without having waited
   * @throws InterruptedException if the thread is interrupted while it waits; the permits are given
   *     back then
   * @throws UnsupportedOperationException without {@link Capability#ACQUIRE}
   */
  default Decision acquire(String key, long permits, Duration maxWait) throws InterruptedException {
    return Defaults.await(acquireAsync(key, permits, maxWait));
  }

  /** Short for {@code acquire(key, 1, maxWait)}. */
  default Decision acquire(String key, Duration maxWait) throws InterruptedException {
    return acquire(key, 1, maxWait);
  }

  /** Short for {@code acquire("", 1, maxWait)}. */
  default Decision acquire(Duration maxWait) throws InterruptedException {
    return acquire("", 1, maxWait);
  }

  /**
   * As {@link #acquire(String, long, Duration)}, without a thread that waits. Cancel the future to
   * stop waiting; the permits are given back then. What depends on the future runs on the thread
   * that tells the time, so it is short or continues elsewhere ({@code thenApplyAsync}).
   *
   * @throws UnsupportedOperationException without {@link Capability#ACQUIRE}
   */
  default CompletableFuture<Decision> acquireAsync(String key, long permits, Duration maxWait) {
    throw Capability.ACQUIRE.missing(this);
  }

  /** Short for {@code acquireAsync(key, 1, maxWait)}. */
  default CompletableFuture<Decision> acquireAsync(String key, Duration maxWait) {
    return acquireAsync(key, 1, maxWait);
  }

  /** Short for {@code acquireAsync("", 1, maxWait)}. */
  default CompletableFuture<Decision> acquireAsync(Duration maxWait) {
    return acquireAsync("", 1, maxWait);
  }

  /**
   * Takes an estimated number of permits, to be settled when the true number is known.
   *
   * @throws UnsupportedOperationException without {@link Capability#RESERVE}
   */
  default Reservation reserve(String key, long permits) {
    throw Capability.RESERVE.missing(this);
  }

  /** As {@link #reserve}, for limiters whose answer comes from elsewhere: {@link #decideAsync}. */
  default CompletionStage<Reservation> reserveAsync(String key, long permits) {
    return Defaults.later(() -> reserve(key, permits));
  }

  /**
   * For operators: what one permit of a key would be answered now. Takes nothing.
   *
   * @throws UnsupportedOperationException without {@link Capability#PEEK}
   */
  default Decision peek(String key) {
    throw Capability.PEEK.missing(this);
  }

  /**
   * For operators: gives a key its whole allowance again, as if it had never been seen. Callers
   * that wait keep their places in time.
   *
   * @throws UnsupportedOperationException without {@link Capability#RESET}
   */
  default void reset(String key) {
    throw Capability.RESET.missing(this);
  }

  /**
   * For operators: adds permits to what a key has left, up to the burst of each limit and never
   * beyond. So any span admits at most what the limit allows in it and the permits added in it.
   * Callers that wait get the permits first. If something else was charged to the key since they
   * began to wait, the permits may count as added only when the last of them is served.
   *
   * @param permits 1 or more
   * @throws UnsupportedOperationException without {@link Capability#ADD}
   */
  default void add(String key, long permits) {
    throw Capability.ADD.missing(this);
  }

  /**
   * Replaces the limits while callers go on. Each key keeps its state in proportion: a key that
   * had spent half of the old burst has spent half of the new one, rounded up to a whole permit.
   *
   * @param limits as many as before
   * @throws IllegalArgumentException if they are not as many, or one is outside the limiter's
   *     range; nothing is changed then
   * @throws UnsupportedOperationException without {@link Capability#CHANGE}
   */
  default void changeTo(List<RateLimit> limits) {
    throw Capability.CHANGE.missing(this);
  }

  /** As {@link #changeTo(List)}, with limits as text: {@code 200/s} or {@code 200/s, 9000/h}. */
  default void changeTo(String limits) {
    changeTo(RateLimit.parseAll(limits));
  }

  /** What a limiter may be able to do beyond deciding. */
  enum Capability {
    /** Waiting for permits: {@code acquire} and {@code acquireAsync}. */
    ACQUIRE("wait for permits"),
    /** Settling afterwards: {@code reserve} and {@code reserveAsync}. */
    RESERVE("take an estimate and settle it"),
    /** Looking without taking: {@link RateLimiter#peek}. */
    PEEK("show a key"),
    /** Forgetting what a key has taken: {@link RateLimiter#reset}. */
    RESET("reset a key"),
    /** More permits for a key: {@link RateLimiter#add}. */
    ADD("add permits to a key"),
    /** Other limits while callers go on: {@link RateLimiter#changeTo(List)}. */
    CHANGE("change its limits");

    private final String deed;

    Capability(String deed) {
      this.deed = deed;
    }

    private UnsupportedOperationException missing(RateLimiter limiter) {
      return new UnsupportedOperationException(
          "a limiter must be able to " + deed + " for this, got " + limiter
              + ": choose one whose capabilities() include " + name()
              + ", as the engine's limiters do");
    }
  }

  /**
   * A {@code token-bucket} limiter for the limit, given as text; for all of them if there are
   * several, as in {@code 100/s, 5000/h}.
   *
   * @throws IllegalArgumentException if the text is no limit
   * @throws IllegalStateException if no engine is on the class path or module path
   */
  static RateLimiter of(String limit) {
    return of(LimiterSpec.of(limit));
  }

  /** A {@code token-bucket} limiter for the limit. As {@link #of(String)}. */
  static RateLimiter of(RateLimit limit) {
    return of(LimiterSpec.of(limit));
  }

  /** A {@code token-bucket} limiter: {@code of(LimiterSpec.of("10/s").withMaxQueued(5000))}. */
  static RateLimiter of(LimiterSpec spec) {
    return of("token-bucket", spec);
  }

  /**
   * The limiter that the provider of this name makes.
   *
   * @throws IllegalArgumentException if no provider has the name (the message lists those that were
   *     found), or it does not accept the limit
   * @throws IllegalStateException if two providers share the name, or one cannot be loaded or fails
   */
  static RateLimiter of(String name, RateLimit limit) {
    return of(name, LimiterSpec.of(limit));
  }

  /** As {@link #of(String, RateLimit)}, with a ticker, caps or options of the provider's own. */
  static RateLimiter of(String name, LimiterSpec spec) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(spec, "spec");
    return Providers.limiter(name, spec);
  }

  /** A limiter that runs an algorithm of one's own on the engine's key table. */
  static RateLimiter of(RateAlgorithm algorithm, LimiterSpec spec) {
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(spec, "spec");
    return Providers.engine().limiter(algorithm, spec);
  }
}
