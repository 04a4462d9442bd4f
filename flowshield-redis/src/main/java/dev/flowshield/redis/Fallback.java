package dev.flowshield.redis;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.Reservation;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.redis.local.LocalFallback;
import dev.flowshield.redis.script.StoredRates;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides the requests of a limiter that the store does not answer, by the limiter's
 * {@link StoreFailurePolicy}, and pays the store back afterwards.
 *
 * <p>Thread-safe, never waits.
 */
final class Fallback {

  private final LimiterSpec spec;
  private final RedisStore store;
  private final StoreFailurePolicy policy;
  private final AtomicReference<@Nullable LocalFallback> local =
      new AtomicReference<>(); // while keys may owe
  private final Supplier<StoredRates> rates;

  /**
   * Creates the fallback of a limiter.
   *
   * @param rates returns the rates of the limiter now
   */
  Fallback(
      LimiterSpec spec, RedisStore store, StoreFailurePolicy policy, Supplier<StoredRates> rates) {
    this.spec = spec;
    this.store = store;
    this.policy = policy;
    this.rates = rates;
    if (policy == StoreFailurePolicy.LOCAL) {
      LocalFallback.loadClasses(spec); // before a request would wait for that
    }
  }

  /** Decides a request without the store. */
  Reservation reserve(Ask ask) {
    store.countWithoutStore();
    return switch (policy) {
      case LOCAL -> withoutLimits(fromLocal(ask));
      case OPEN ->
        new Reservation.Held(
            ask.permits(),
            new Decision.Admitted(ask.rates().burst() - ask.permits(), List.of()),
            used -> {});
      case CLOSED ->
        new Reservation.Rejected(new Decision.Rejected(0, store.nanosUntilTrial(ask.name()))
            .withReason(Decision.Reason.NO_STORE));
    };
  }

  /** Hides the parts of several limits, which are not those that a caller knows. */
  private static Reservation withoutLimits(Reservation reservation) {
    return reservation instanceof Reservation.Held held
            && !held.decision().limits().isEmpty()
        ? new Reservation.Held(
            held.permits(), new Decision.Admitted(held.decision().remaining()), held::settle)
        : reservation;
  }

  /** Returns the decision about a permit without taking it. */
  Decision peek(Ask ask) {
    return policy == StoreFailurePolicy.LOCAL
        ? local().peek(ask.key())
        : RedisLimiter.decision(reserve(ask));
  }

  private Reservation fromLocal(Ask ask) {
    LocalFallback used = local();
    Reservation given = used.reserve(ask.key(), ask.permits());
    while (!used.use(spec.ticker().nanos())) { // it was given up, and will not be paid
      local.compareAndSet(used, null);
      used = local();
      given = used.reserve(ask.key(), ask.permits());
    }
    return given;
  }

  private LocalFallback local() {
    LocalFallback known = local.get();
    if (known != null) {
      return known;
    }
    LocalFallback made = new LocalFallback(spec, rates.get(), store.instances());
    LocalFallback other = local.compareAndExchange(null, made);
    if (other != null) {
      return other;
    }
    made.changeTo(rates); // if a change has missed it
    return made;
  }

  /** Returns whether a key has taken permits here that are not charged in the store yet. */
  boolean owes(String key) {
    LocalFallback known = local.get();
    return known != null && known.owes(key);
  }

  /**
   * Charges the store what a key has taken here. The store must not be asked for permits of the key
   * before that has succeeded.
   *
   * @return a future that fails if the store does not answer; null if the key owes nothing
   */
  @Nullable
  CompletableFuture<Void> payOff(Ask ask) {
    LocalFallback known = local.get();
    if (known == null) {
      return null;
    }
    if (known.giveUp(ask.at(), ask.rates().nanosUntilIdle())) {
      local.compareAndSet(known, null);
      return null;
    }
    return known.pay(
        ask.key(),
        (owing, owed) -> store.calls().call(store.factory().charge(ask.name(), owing, owed)));
  }

  /** Forgets the debts of a key. */
  void forget(String key) {
    LocalFallback known = local.get();
    if (known != null) {
      known.forget(key);
    }
  }

  /** Adopts the rates of the limiter, which have changed. */
  void change() {
    LocalFallback known = local.get();
    if (known != null) {
      known.changeTo(rates);
    }
  }
}
