package dev.flowshield.redis;

import dev.flowshield.Reservation;
import dev.flowshield.redis.local.Lease;
import dev.flowshield.redis.local.Leases;
import dev.flowshield.redis.script.ScriptOperation;
import dev.flowshield.redis.script.ScriptReply;
import org.jspecify.annotations.Nullable;

/**
 * Gives permits that are leased: taken from the store before they were asked for. Each request for
 * a key counts towards the size of its {@link Lease}.
 *
 * <p>A key has no lease while it owes the store what this instance admitted by itself. Thread-safe.
 */
final class LeaseStep {

  private final RedisStore store;
  private final Fallback fallback;
  private final Leases leases = new Leases();

  LeaseStep(RedisStore store, Fallback fallback) {
    this.store = store;
    this.fallback = fallback;
  }

  /** Counts a request and gives it leased permits; null if there are too few. */
  Reservation.@Nullable Held reserve(Ask ask) {
    Lease lease = counted(ask);
    return lease == null ? null : take(lease, ask, ask.at());
  }

  /** Counts a request. Returns whether its permits are leased; other requests may be quicker. */
  boolean isLeased(Ask ask) {
    Lease lease = counted(ask);
    return lease != null && lease.has(ask.permits(), ask.at());
  }

  /** Gives leased permits to a request that was counted before; null if there are too few. */
  Reservation.@Nullable Held take(Ask ask, long now) {
    Lease lease = find(ask, now);
    return lease == null ? null : take(lease, ask, now);
  }

  private static Reservation.@Nullable Held take(Lease lease, Ask ask, long now) {
    return lease.take(ask.permits(), now)
        ? ask.steps().held(ask, lease.admitted(ask.permits(), now))
        : null;
  }

  private @Nullable Lease counted(Ask ask) {
    Lease lease = find(ask, ask.at());
    if (lease != null) {
      lease.use(ask.permits());
      long more = lease.beginCall(Lease.most(ask.rates(), store.instances()), ask.at());
      if (more > 0) {
        fill(lease, ask, more);
      }
    }
    return lease;
  }

  private @Nullable Lease find(Ask ask, long now) {
    boolean isAllowed = store.isCountOfAll()
        && Lease.most(ask.rates(), store.instances()) > 0
        && !fallback.owes(ask.key());
    return isAllowed ? leases.of(ask.key(), ask.rates(), now) : null;
  }

  private void fill(Lease lease, Ask ask, long more) {
    boolean isAsked = false;
    try {
      if (store.isOpen(ask.name())) {
        store
            .calls()
            .call(store.factory().of(ScriptOperation.SOME, ask.name(), ask.rates(), more))
            .handle((reply, failure) -> failure == null ? reply : ScriptReply.NOTHING)
            .thenAccept(reply -> lease.end(reply, ask.at()))
            .exceptionally(failure -> null); // there is none
        isAsked = true;
      }
    } finally { // otherwise the lease would wait for a reply for ever
      if (!isAsked) {
        lease.end(ScriptReply.NOTHING, ask.at());
      }
    }
  }

  void forget(String key) {
    leases.forget(key);
  }
}
