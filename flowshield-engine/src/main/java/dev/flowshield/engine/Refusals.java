package dev.flowshield.engine;

import dev.flowshield.engine.RefusalEvent.Kind;
import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.penalty.Penalties;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts refusals, blocks whoever is refused too often, and tells those who want to know. Thread-safe. */
final class Refusals {

  private final @Nullable Penalties penalties;
  private final @Nullable RefusalEvents events;
  private final TopRefused top;
  private final LongAdder blocked = new LongAdder();

  /** Nobody is blocked without penalties, nobody is told without events. */
  Refusals(@Nullable Penalties penalties, @Nullable RefusalEvents events, TopRefused top) {
    this.penalties = penalties;
    this.events = events;
    this.top = top;
  }

  /** What to say to a client that is blocked; null if it is not. Only the limit {@code client} blocks. */
  @Nullable
  OverLimit block(ActiveLimit limit, String key, long hash, long now) {
    if (penalties == null || !limit.isClients()) {
      return null;
    }
    long left = penalties.blockedForNanos(hash, now);
    if (left == 0) {
      return null;
    }
    blocked.increment();
    return told(Kind.BLOCKED, limit, key, hash, block(limit, left), now);
  }

  /** A limit has refused a request of a key. Answers what to say. */
  OverLimit refused(ActiveLimit limit, String key, long hash, OverLimit refusal, long now) {
    limit.countRefused();
    long blockedFor = penalties != null && limit.isClients() ? penalties.breached(hash, now) : 0;
    OverLimit answer = blockedFor > refusal.retryAfterNanos() ? block(limit, blockedFor) : refusal;
    Kind kind = blockedFor > 0 ? Kind.BLOCK : Kind.OVER_LIMIT;
    return told(kind, limit, key, hash, answer, now);
  }

  /** A shadow limit would have refused a request that was admitted. */
  void wouldRefuse(ActiveLimit limit, String key, long hash, long permits, long now) {
    limit.countRefused();
    if (events != null) {
      long wait = Math.max(1, limit.retryAfterNanos(hash, permits, now));
      OverLimit refusal = limit.overLimit(hash, permits, now, wait);
      events.refused(Kind.SHADOW, refusal, id(key, hash), key, now);
    }
  }

  /** There was no place for work of a key. */
  void shed(Shed refusal, String key, long now) {
    if (events != null) {
      events.refused(Kind.SHED, refusal, KeyTable.hashOf(key), key, now);
    }
  }

  /** Whether somebody has to be told, who wants to know the time. */
  boolean areTold() {
    return events != null;
  }

  private OverLimit told(
      Kind kind, ActiveLimit limit, String key, long hash, OverLimit refusal, long now) {
    if (limit.limit().scope() == Limit.Scope.EACH) {
      top.refused(hash, key);
    }
    if (events != null) {
      events.refused(kind, refusal, id(key, hash), key, now);
    }
    return refusal;
  }

  /** What stands for the key, where a limit for all together does not need it. */
  private static long id(String key, long hash) {
    return hash == ActiveLimit.ALL ? KeyTable.hashOf(key) : hash;
  }

  private static OverLimit block(ActiveLimit limit, long forNanos) {
    return new OverLimit(
        Limit.PENALTY, Limit.Scope.EACH, limit.limit().limits().get(0), 0, forNanos);
  }

  long blocked() {
    return blocked.sum();
  }

  List<RefusedClient> top(int n) {
    return top.top(n);
  }

  List<Offender> offenders(long now) {
    return penalties == null ? List.of() : Offender.all(penalties, now);
  }

  boolean pardon(String key) {
    return penalties != null && penalties.pardon(KeyTable.hashOf(key));
  }

  boolean pardon(Offender offender) {
    return penalties != null && penalties.pardon(ClientName.hash(offender.client()));
  }

  void pardonAll() {
    if (penalties != null) {
      penalties.pardonAll();
    }
  }

  /** Refusals that a listener was not told. */
  long suppressed() {
    return events == null ? 0 : events.suppressed();
  }

  /** Calls of a listener that failed. */
  long failures() {
    return events == null ? 0 : events.failures();
  }
}
