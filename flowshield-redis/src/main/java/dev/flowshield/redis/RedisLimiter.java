package dev.flowshield.redis;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.redis.connection.StoreFailure;
import dev.flowshield.redis.script.ScriptOperation;
import dev.flowshield.redis.script.StoredRates;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * A token bucket for each key, kept in the store, and by this instance while the store does not
 * answer. The {@link ReserveSteps} say which request takes a round trip.
 *
 * <p>Thread-safe. Actions that depend on a future run on the thread of the connection, or on the
 * timer thread of the JDK after a timeout. They must be short, and must not wait for a limiter of
 * the store.
 */
final class RedisLimiter implements RateLimiter {

  private final RedisStore store;
  private final ReserveSteps steps;
  private volatile StoredRates rates;

  RedisLimiter(LimiterSpec spec, RedisStore store, StoreFailurePolicy policy, boolean isLeased) {
    this.store = store;
    this.rates = new StoredRates(spec.limits(), store.nanosPerTick());
    this.steps = new ReserveSteps(spec, store, policy, isLeased, () -> rates);
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.of(
        Capability.RESERVE, Capability.PEEK, Capability.RESET, Capability.ADD, Capability.CHANGE);
  }

  @Override
  public Decision decide(String key, long permits) {
    return decision(reserve(key, permits));
  }

  @Override
  public CompletionStage<Decision> decideAsync(String key, long permits) {
    return reserveAsync(key, permits).thenApply(RedisLimiter::decision);
  }

  /** Returns the decision of a reservation. */
  static Decision decision(Reservation reservation) {
    return reservation instanceof Reservation.Held held
        ? held.decision()
        : ((Reservation.Rejected) reservation).decision();
  }

  /** Takes permits. Blocks for no longer than the timeout of the store. */
  @Override
  public Reservation reserve(String key, long permits) {
    return steps.reserve(ask(key, permits));
  }

  @Override
  public CompletableFuture<Reservation> reserveAsync(String key, long permits) {
    return steps.reserveAsync(ask(key, permits));
  }

  /**
   * Returns a request.
   *
   * @throws IllegalArgumentException if the key is too long, or the permits are fewer than one
   */
  Ask ask(String key, long permits) {
    if (permits < 1) {
      throw new IllegalArgumentException(
          "permits must be at least 1, got " + permits + ": ask for one or more");
    }
    requireKey(key);
    return steps.ask(key, permits, rates);
  }

  /** Takes the permits that are there, up to the burst: a key never has more. */
  @Override
  public long tryAcquireUpTo(String key, long most) {
    return RateLimiter.super.tryAcquireUpTo(key, Math.min(most, rates.burst()));
  }

  @Override
  public Decision peek(String key) {
    Ask ask = ask(key, 1);
    try {
      long[] debts = store
          .calls()
          .call(store.factory().of(ScriptOperation.PEEK, ask.name(), ask.rates(), 1))
          .join()
          .debts();
      return ask.rates().isFree(debts, 1)
          ? ask.rates().admitted(debts, 1)
          : ask.rates().rejected(debts, 1);
    } catch (CompletionException failure) {
      return steps.fallback().peek(ask);
    }
  }

  @Override
  public void reset(String key) {
    operate(ScriptOperation.RESET, ask(key, 1), 0);
    steps.fallback().forget(key);
  }

  @Override
  public void add(String key, long permits) {
    requireKey(key);
    if (permits < 1) {
      throw new IllegalArgumentException(
          "permits must be at least 1, got " + permits + ": add one or more");
    }
    Ask ask = ask(key, permits);
    operate(ScriptOperation.ADD, ask, Math.min(permits, ask.rates().burst()));
  }

  /** Makes a call once the debts of the key are paid, because the operation lowers these too. */
  private void operate(ScriptOperation operation, Ask ask, long permits) {
    try {
      CompletableFuture<Void> payment = steps.fallback().payOff(ask);
      if (payment != null) {
        store.awaited(payment, ask.since()).join();
      }
      store
          .calls()
          .call(
              store.factory().of(operation, ask.name(), ask.rates(), permits),
              store.nanosLeft(ask.since()))
          .join();
    } catch (CompletionException failure) {
      throw new IllegalStateException(
          "the store must answer for this, got '" + StoreFailure.of(failure).reason()
              + "': try again when it does",
          failure);
    } finally {
      steps.forget(ask);
    }
  }

  @Override
  public void changeTo(List<RateLimit> limits) {
    Objects.requireNonNull(limits, "limits");
    StoredRates before = rates;
    if (limits.size() != before.size()) {
      throw new IllegalArgumentException("limits must be " + before.size()
          + ", as many as before, got " + limits + ": make a new limiter for more or fewer");
    }
    rates = new StoredRates(List.copyOf(limits), store.nanosPerTick());
    steps.fallback().change();
  }

  private static void requireKey(String key) {
    Objects.requireNonNull(
        key, "key must be a string, got null: calls that have no key leave it out");
    if (key.length() > MAX_KEY_LENGTH) {
      throw new IllegalArgumentException("key must be at most " + MAX_KEY_LENGTH
          + " characters, got one of " + key.length() + ": pass a hash of it");
    }
  }

  boolean isOf(RedisStore other) {
    return store == other;
  }

  @Override
  public String toString() {
    return "redis[" + rates + "]";
  }
}
