package dev.flowshield.spi;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A limiter that forwards all calls to another limiter, its delegate, to add something: a count, a
 * log, other keys.
 *
 * <pre>{@code
 * record Counted(RateLimiter delegate, LongAdder calls) implements ForwardingRateLimiter {
 *   @Override
 *   public Decision decide(String key, long permits) {
 *     calls.increment();
 *     return delegate.decide(key, permits);
 *   }
 * }
 * }</pre>
 *
 * <p>All capabilities of the delegate are kept, including those that later versions add.
 *
 * <p>Each method calls the same method of the delegate. To see all permits, override every method
 * that takes permits, because a shield calls each of them: {@link #decide(String, long)}, {@link
 * #tryAcquire(String, long)}, {@link #tryAcquireUpTo}, {@link #decideAsync}, {@link #acquire},
 * {@link #acquireAsync}, {@link #reserve} and {@link #reserveAsync}. Short forms, such as {@code
 * decide(key)}, call the long forms of this limiter and need not be overridden.
 *
 * <p>Thread-safety and cost are those of the delegate.
 */
public interface ForwardingRateLimiter extends RateLimiter {

  /** Returns the delegate, always the same limiter. */
  RateLimiter delegate();

  @Override
  default Decision decide(String key, long permits) {
    return delegate().decide(key, permits);
  }

  @Override
  default boolean tryAcquire(String key, long permits) {
    return delegate().tryAcquire(key, permits);
  }

  @Override
  default long tryAcquireUpTo(String key, long most) {
    return delegate().tryAcquireUpTo(key, most);
  }

  @Override
  default CompletionStage<Decision> decideAsync(String key, long permits) {
    return delegate().decideAsync(key, permits);
  }

  @Override
  default Set<Capability> capabilities() {
    return delegate().capabilities();
  }

  @Override
  default Decision acquire(String key, long permits, Duration maxWait) throws InterruptedException {
    return delegate().acquire(key, permits, maxWait);
  }

  @Override
  default CompletableFuture<Decision> acquireAsync(String key, long permits, Duration maxWait) {
    return delegate().acquireAsync(key, permits, maxWait);
  }

  @Override
  default Reservation reserve(String key, long permits) {
    return delegate().reserve(key, permits);
  }

  @Override
  default CompletionStage<Reservation> reserveAsync(String key, long permits) {
    return delegate().reserveAsync(key, permits);
  }

  @Override
  default Decision peek(String key) {
    return delegate().peek(key);
  }

  @Override
  default void reset(String key) {
    delegate().reset(key);
  }

  @Override
  default void add(String key, long permits) {
    delegate().add(key, permits);
  }

  @Override
  default void changeTo(List<RateLimit> limits) {
    delegate().changeTo(limits);
  }
}
