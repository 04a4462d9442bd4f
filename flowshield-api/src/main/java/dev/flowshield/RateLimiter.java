package dev.flowshield;

import dev.flowshield.spi.LimiterSpec;
import dev.flowshield.spi.RateAlgorithm;
import dev.flowshield.spi.RateLimiterProvider;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Hands out permits, each key by itself, at the pace of a {@link RateLimit}.
 *
 * <pre>{@code
 * RateLimiter limiter = RateLimiter.of("10/s burst 20");
 * if (limiter.tryAcquire("alice")) {
 *   // alice has her own allowance
 * }
 * if (limiter.tryAcquire()) {
 *   // one allowance for all calls without a key
 * }
 * }</pre>
 *
 * <p>A key is any string of at most {@value #LONGEST_KEY} characters; the empty key is the allowance of the calls without a key.
 * A rejection is an answer, never an exception.
 *
 * <p><b>For callers.</b> Limiters are thread-safe. The built-in ones never block, take no lock once a key is known, and {@code
 * tryAcquire} allocates nothing; a limiter that keeps its permits elsewhere says so in its own documentation.
 *
 * <p><b>For authors.</b> Write {@link #decide(String, long)}; all else is built on it, and what later versions add will be too. A
 * {@link RateLimiterProvider} makes the limiter known by a name. Whoever only wants another formula writes a {@link
 * RateAlgorithm} instead and gets the bounded key table and the thread-safety for nothing.
 */
@FunctionalInterface
public interface RateLimiter {

  /** The most characters of a key: 8,192. Longer keys are a caller's mistake; hash them first. */
  int LONGEST_KEY = 8192;

  /**
   * Takes permits of a key if all of them are there now; else takes none.
   *
   * @param key whom to count
   * @param permits how many, 1 to the burst of the limit
   * @return what was decided, with what remains
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if the key is too long, or {@code permits} can never be had at once
   */
  Decision decide(String key, long permits);

  /** Takes one permit of a key if it is there now. As {@link #decide(String, long)}. */
  default Decision decide(String key) {
    return decide(key, 1);
  }

  /** Takes one permit of the allowance without a key if it is there now. As {@link #decide(String, long)}. */
  default Decision decide() {
    return decide("", 1);
  }

  /** As {@link #decide(String, long)} for callers who need no more than yes or no. */
  default boolean tryAcquire(String key, long permits) {
    return decide(key, permits).isAdmitted();
  }

  /** Takes one permit of a key if it is there now. */
  default boolean tryAcquire(String key) {
    return tryAcquire(key, 1);
  }

  /** Takes one permit of the allowance without a key if it is there now. */
  default boolean tryAcquire() {
    return tryAcquire("", 1);
  }

  /**
   * As {@link #decide(String, long)}, for limiters whose answer comes from elsewhere and callers that must not wait for it. This
   * one answers at once; a mistake of the caller is thrown here, not by the stage.
   */
  default CompletionStage<Decision> decideAsync(String key, long permits) {
    return CompletableFuture.completedFuture(decide(key, permits));
  }

  /**
   * A {@code token-bucket} limiter for the limit, given as text.
   *
   * @throws IllegalArgumentException if the text is no limit
   * @throws IllegalStateException if no engine is on the class path or module path; the message says what to add
   */
  static RateLimiter of(String limit) {
    return of(RateLimit.parse(limit));
  }

  /** A {@code token-bucket} limiter for the limit. As {@link #of(String)}. */
  static RateLimiter of(RateLimit limit) {
    return of("token-bucket", limit);
  }

  /**
   * The limiter that the provider of this name makes.
   *
   * @throws IllegalArgumentException if no provider has the name (the message lists those that were found), or it does not
   *     accept the limit
   * @throws IllegalStateException if two providers share the name, or one cannot be loaded or fails
   */
  static RateLimiter of(String name, RateLimit limit) {
    return of(name, LimiterSpec.of(limit));
  }

  /** As {@link #of(String, RateLimit)}, with a ticker, a client cap or options of the provider's own. */
  static RateLimiter of(String name, LimiterSpec spec) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(spec, "spec");
    return Providers.limiter(name, spec);
  }

  /**
   * A limiter that runs an algorithm of one's own on the engine's key table.
   *
   * @throws IllegalStateException if no engine is on the class path or module path; the message says what to add
   */
  static RateLimiter of(RateAlgorithm algorithm, LimiterSpec spec) {
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(spec, "spec");
    return Providers.engine().limiter(algorithm, spec);
  }
}
