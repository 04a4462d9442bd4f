package dev.flowshield.redis;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.Reservation;
import dev.flowshield.StoreFailurePolicy;
import dev.flowshield.redis.local.RejectionCache;
import dev.flowshield.redis.script.ScriptCall;
import dev.flowshield.redis.script.ScriptOperation;
import dev.flowshield.redis.script.ScriptReply;
import dev.flowshield.redis.script.StoredRates;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides the requests of one limiter. The first of these steps that can decide a request does so:
 *
 * <ol>
 *   <li>the limit, if the request is for more than the burst
 *   <li>the {@link LeaseStep}, if permits of the key are leased
 *   <li>the {@link Fallback}, while the circuit breaker of the key's server is open
 *   <li>the {@link RejectionCache}, if the store would repeat a rejection
 *   <li>the store, in a call of the {@link RequestCoalescer}; if it does not answer, the
 *       {@link Fallback}
 * </ol>
 *
 * <p>All but the last return null for a request that they cannot decide, and never wait.
 * Thread-safe.
 */
final class ReserveSteps {

  private final LimiterSpec spec;
  private final RedisStore store;
  private final @Nullable LeaseStep leases; // null for a limiter without leases
  private final RejectionCache rejections = new RejectionCache();
  private final RequestCoalescer coalescer;
  private final Fallback fallback;

  /**
   * Creates the steps of a limiter.
   *
   * @param rates returns the rates of the limiter now
   */
  ReserveSteps(
      LimiterSpec spec,
      RedisStore store,
      StoreFailurePolicy policy,
      boolean isLeased,
      Supplier<StoredRates> rates) {
    this.spec = spec;
    this.store = store;
    this.fallback = new Fallback(spec, store, policy, rates);
    this.leases = isLeased ? new LeaseStep(store, fallback) : null;
    this.coalescer = new RequestCoalescer(store);
  }

  /** Returns a request that arrives now. */
  Ask ask(String key, long permits, StoredRates rates) {
    return new Ask(
        this, key, permits, rates, spec.ticker().nanos(), store.ticker().nanos());
  }

  /** Returns the name of a key in the store. */
  String name(String key) {
    return store.name(spec.name(), key);
  }

  Fallback fallback() {
    return fallback;
  }

  /** Decides a request; waits for the store if no other step decides it. */
  Reservation reserve(Ask ask) {
    Reservation known = atOnce(ask);
    return known == null ? fromStore(ask).join() : known;
  }

  /** Decides a request without waiting. */
  CompletableFuture<Reservation> reserveAsync(Ask ask) {
    Reservation known = atOnce(ask);
    return known == null ? fromStore(ask) : CompletableFuture.completedFuture(known);
  }

  private @Nullable Reservation atOnce(Ask ask) {
    Reservation leased = leases == null || ask.isBeyondBurst() ? null : leases.reserve(ask);
    return leased == null ? withoutCall(ask) : leased;
  }

  /** Counts a request for leases. Returns whether its permits are leased at this moment. */
  boolean isLeased(Ask ask) {
    return leases != null && leases.isLeased(ask);
  }

  /** Takes leased permits for a request that was counted before; null if there are too few now. */
  Reservation.@Nullable Held takeLeased(Ask ask) {
    return leases == null ? null : leases.take(ask, spec.ticker().nanos());
  }

  /** Decides a request that is not leased without a call; null if the store is to be asked. */
  @Nullable
  Reservation withoutCall(Ask ask) {
    if (ask.isBeyondBurst()) {
      return new Reservation.Rejected(ask.rates().beyondBurst(ask.permits()));
    }
    if (!store.isOpen(ask.name())) {
      return fallback.reserve(ask);
    }
    Decision.Rejected known = rejections.find(ask.name(), ask.rates(), ask.permits(), ask.at());
    return known == null ? null : new Reservation.Rejected(known);
  }

  /** Asks the store, once what the key owes to it is paid. */
  private CompletableFuture<Reservation> fromStore(Ask ask) {
    CompletableFuture<Void> payment = fallback.payOff(ask);
    if (payment == null) {
      return coalescer.reserve(ask);
    }
    CompletableFuture<Reservation> answer = new CompletableFuture<>();
    store
        .awaited(payment, ask.since())
        .thenCompose(paid -> coalescer.reserve(ask))
        .exceptionally(failure -> fallback.reserve(ask))
        .thenAccept(reservation -> handOver(reservation, answer))
        .exceptionally(failure -> {
          answer.completeExceptionally(failure);
          return null;
        });
    return answer;
  }

  /** Hands a reservation to its caller. Refunds its permits if the caller has left. */
  static void handOver(Reservation reservation, CompletableFuture<Reservation> caller) {
    if (!caller.complete(reservation) && reservation instanceof Reservation.Held held) {
      held.cancel();
    }
  }

  /** Returns the reservation of a request to which the store has replied. */
  Reservation replied(Ask ask, ScriptReply reply) {
    return reply.granted() < ask.permits() ? rejected(ask, reply) : granted(ask, reply);
  }

  /** Returns the reservation of permits that the store has granted. */
  Reservation.Held granted(Ask ask, ScriptReply reply) {
    rejections.forget(ask.name()); // more is owed now
    return held(ask, ask.rates().admitted(reply.debts(), ask.permits()));
  }

  /** Returns the reservation of permits that were taken from the store, now or before. */
  Reservation.Held held(Ask ask, Decision.Admitted decision) {
    return new Reservation.Held(ask.permits(), decision, used -> settle(ask, used));
  }

  /** Returns the rejection of a request, and keeps it for those that follow. */
  Reservation.Rejected rejected(Ask ask, ScriptReply reply) {
    rejections.add(ask.name(), ask.rates(), reply.debts(), ask.at());
    return new Reservation.Rejected(ask.rates().rejected(reply.debts(), ask.permits()));
  }

  /** Settles by the rates by which the permits were taken; the store converts them to others. */
  private void settle(Ask ask, long used) {
    if (used != ask.permits()) {
      rejections.forget(ask.name());
      store
          .calls()
          .call(settlement(ask, used - ask.permits()))
          .whenComplete((reply, failure) -> rejections.forget(ask.name())) // of calls made before
          .exceptionally(failure -> null); // it is counted
    }
  }

  private ScriptCall settlement(Ask ask, long more) {
    if (more < 0) {
      return store.factory().of(ScriptOperation.ADD, ask.name(), ask.rates(), -more);
    }
    long[] charged = new long[ask.rates().size()];
    Arrays.fill(charged, more);
    return store.factory().charge(ask.name(), ask.rates(), charged);
  }

  /** Forgets the rejection and the lease of a key that an operator has changed. */
  void forget(Ask ask) {
    rejections.forget(ask.name());
    if (leases != null) {
      leases.forget(ask.key());
    }
  }
}
