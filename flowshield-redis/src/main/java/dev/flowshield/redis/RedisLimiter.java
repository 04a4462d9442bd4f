package dev.flowshield.redis;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.OnStoreFailure;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A token bucket for each key, kept in the store, and by this instance while the store does not
 * answer.
 *
 * <p>A decision is one round trip, but for a key that the store has rejected a moment ago: see
 * {@link Denials}. Thread-safe. What depends on a future runs on the thread of the connection, so
 * it must be short, and must not ask a limiter of the store and wait for it.
 */
final class RedisLimiter implements RateLimiter {

  private final LimiterSpec spec;
  private final RedisStore store;
  private final OnStoreFailure onFailure;
  private final Denials denials = new Denials();
  private volatile StoredRates rates;
  private final AtomicReference<@Nullable LocalShare> local =
      new AtomicReference<>(); // while owing
  private volatile long localAt; // when it was used last

  RedisLimiter(LimiterSpec spec, RedisStore store, OnStoreFailure onFailure) {
    this.spec = spec;
    this.store = store;
    this.onFailure = onFailure;
    this.rates = new StoredRates(spec.limits(), store.nanosPerTick());
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

  private static Decision decision(Reservation reservation) {
    return reservation instanceof Reservation.Held held
        ? held.decision()
        : ((Reservation.Rejected) reservation).decision();
  }

  /** Blocks for no longer than the timeout of the store. */
  @Override
  public Reservation reserve(String key, long permits) {
    return reserveAsync(key, permits).join();
  }

  @Override
  public CompletableFuture<Reservation> reserveAsync(String key, long permits) {
    StoredRates now = rates;
    now.requirePermits(permits);
    requireKey(key);
    String name = store.name(spec.name(), key);
    if (!store.isOpen(name)) {
      return CompletableFuture.completedFuture(withoutStore(key, permits));
    }
    long asked = spec.ticker().nanos();
    Decision.Rejected known = denials.find(name, now, permits, asked);
    if (known != null) {
      return CompletableFuture.completedFuture(new Reservation.Rejected(known));
    }
    payOff(key, name, now, asked);
    return store
        .calls()
        .ask(store.form().of(Deed.TAKE, name, now, permits))
        .handle((reply, failure) -> failure == null
            ? answered(name, now, permits, asked, reply)
            : withoutStore(key, permits));
  }

  private Reservation answered(String name, StoredRates asked, long permits, long at, Reply reply) {
    if (reply.granted() < permits) {
      denials.add(name, asked, reply.debts(), at);
      return new Reservation.Rejected(asked.rejected(reply.debts(), permits));
    }
    denials.forget(name); // more is owed now
    return new Reservation.Held(
        permits,
        asked.admitted(reply.debts(), permits),
        used -> settle(name, asked, permits, used, reply));
  }

  private void settle(String name, StoredRates asked, long permits, long used, Reply taken) {
    denials.forget(name);
    if (used < permits) {
      store.tell(store.form().refund(name, asked, permits - used, taken));
    } else if (used > permits) {
      long[] more = new long[asked.size()];
      Arrays.fill(more, used - permits);
      store.tell(store.form().charge(name, asked, more));
    }
  }

  /** What this instance admitted by itself is charged before anything is taken again. */
  private void payOff(String key, String name, StoredRates asked, long now) {
    LocalShare share = local.get();
    if (share == null) {
      return;
    }
    if (now - localAt > asked.nanosUntilIdle()) {
      local.compareAndSet(share, null); // it has all come back
      return;
    }
    long[] owed = share.beginToPay(key);
    if (owed != null) {
      store
          .calls()
          .ask(store.form().charge(name, asked, owed))
          .whenComplete((reply, failure) -> share.endToPay(key, owed, failure == null))
          .exceptionally(failure -> null); // it is owed as before
    }
  }

  private Reservation withoutStore(String key, long permits) {
    store.countWithoutStore();
    return switch (onFailure) {
      case LOCAL -> share().reserve(key, permits);
      case OPEN ->
        new Reservation.Held(
            permits, new Decision.Admitted(rates.burst() - permits, List.of()), used -> {});
      case CLOSED ->
        new Reservation.Rejected(
            new Decision.Rejected(0, store.nanosUntilTrial()).because(Decision.Reason.NO_STORE));
    };
  }

  private LocalShare share() {
    localAt = spec.ticker().nanos();
    LocalShare known = local.get();
    if (known != null) {
      return known;
    }
    LocalShare made = new LocalShare(spec, rates.limits(), store.instances());
    LocalShare other = local.compareAndExchange(null, made);
    return other == null ? made : other;
  }

  @Override
  public Decision peek(String key) {
    requireKey(key);
    StoredRates now = rates;
    String name = store.name(spec.name(), key);
    try {
      long[] debts =
          store.calls().ask(store.form().of(Deed.PEEK, name, now, 1)).join().debts();
      return now.isFree(debts, 1) ? now.admitted(debts, 1) : now.rejected(debts, 1);
    } catch (CompletionException failure) {
      return onFailure == OnStoreFailure.LOCAL ? share().peek(key) : decision(withoutStore(key, 1));
    }
  }

  @Override
  public void reset(String key) {
    requireKey(key);
    operate(key, Deed.RESET, 0);
    LocalShare share = local.get();
    if (share != null) {
      share.forget(key);
    }
  }

  @Override
  public void add(String key, long permits) {
    requireKey(key);
    if (permits < 1) {
      throw new IllegalArgumentException(
          "permits must be at least 1, got " + permits + ": add one or more");
    }
    operate(key, Deed.ADD, Math.min(permits, rates.burst()));
    LocalShare share = local.get();
    if (share != null) {
      share.add(key, permits);
    }
  }

  private void operate(String key, Deed deed, long permits) {
    String name = store.name(spec.name(), key);
    try {
      store.calls().ask(store.form().of(deed, name, rates, permits)).join();
    } catch (CompletionException failure) {
      throw new IllegalStateException(
          "the store must answer for this, got '" + StoreFailure.of(failure).reason()
              + "': try again when it does",
          failure);
    } finally {
      denials.forget(name);
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
    LocalShare share = local.get();
    if (share != null) {
      share.changeTo(limits, store.instances());
    }
  }

  private static void requireKey(String key) {
    Objects.requireNonNull(
        key, "key must be a string, got null: calls that have no key leave it out");
    if (key.length() > LONGEST_KEY) {
      throw new IllegalArgumentException("key must be at most " + LONGEST_KEY
          + " characters, got one of " + key.length() + ": pass a hash of it");
    }
  }

  @Override
  public String toString() {
    return "redis[" + rates + "]";
  }
}
