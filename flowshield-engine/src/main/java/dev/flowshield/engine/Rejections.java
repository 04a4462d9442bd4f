package dev.flowshield.engine;

import dev.flowshield.engine.RejectionEvent.Kind;
import dev.flowshield.engine.keyed.KeyTable;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one place that sees each rejection: counts it, blocks a key that is rejected too often, and
 * hands it to the listeners. Thread-safe.
 */
final class Rejections {

  private final RejectionEvents[] events; // of each listener; an array, to walk at no cost
  private final TopRejected top;

  Rejections(List<RejectionEvents> events, TopRejected top) {
    this.events = events.toArray(RejectionEvents[]::new);
    this.top = top;
  }

  /** Returns the rejection of a request whose key a limit has blocked; null if it has not. */
  @Nullable
  Rejection blocked(ActiveLimit limit, String key, long hash, long now) {
    BlockedKeys blocks = limit.blocks();
    if (blocks == null) {
      return null;
    }
    long left = blocks.blockedForNanos(hash, now);
    if (left == 0) {
      return null;
    }
    blocks.countRejected();
    return told(Kind.BLOCKED, limit, key, hash, new Blocked(limit.limit().name(), left), now);
  }

  /** Counts the rejection of a request by a limit that another kind of limiter keeps. */
  Rejection rejected(ActiveLimit limit, String key, long hash, Rejection rejection, long now) {
    if (rejection instanceof OverLimit spent) {
      return rejected(limit, key, hash, spent, now);
    }
    limit.countUnavailable();
    return told(Kind.UNAVAILABLE, limit, key, hash, rejection, now);
  }

  /**
   * Counts the rejection of a request by a limit. Returns the rejection to report: the block, if it
   * brings one.
   */
  Rejection rejected(ActiveLimit limit, String key, long hash, OverLimit rejection, long now) {
    limit.countRejected();
    BlockedKeys blocks = limit.blocks();
    long blockedFor = blocks == null ? 0 : blocks.breached(hash, now);
    Kind kind = blockedFor > 0 ? Kind.BLOCK : Kind.OVER_LIMIT;
    Rejection answer = blockedFor > rejection.retryAfterNanos()
        ? new Blocked(rejection.name(), blockedFor)
        : rejection;
    return told(kind, limit, key, hash, answer, now);
  }

  /** Counts a request that was admitted and that a shadow limit would have rejected. */
  void wouldReject(ActiveLimit limit, String key, long hash, long permits, long now) {
    limit.countRejected();
    if (areTold()) {
      long wait = Math.max(1, limit.retryAfterNanos(hash, permits, now));
      OverLimit rejection = limit.overLimit(hash, permits, now, wait);
      tell(Kind.SHADOW, rejection, id(key, hash), key, now);
    }
  }

  /** There was no slot for a request of a key. */
  void shed(Shed rejection, String key, long now) {
    shed(Kind.SHED, rejection, key, now);
  }

  /** There was no slot for a request of a key, but the cap in flight is a shadow. */
  void wouldShed(String key, long now) {
    shed(Kind.SHADOW, Shed.FULL, key, now);
  }

  private void shed(Kind kind, Shed rejection, String key, long now) {
    if (areTold()) {
      tell(kind, rejection, KeyTable.hashOf(key), key, now);
    }
  }

  /** Returns whether there is a listener, for which an event needs the time. */
  boolean areTold() {
    return events.length > 0;
  }

  private Rejection told(
      Kind kind, ActiveLimit limit, String key, long hash, Rejection rejection, long now) {
    if (limit.limit().scope() == Limit.Scope.EACH) {
      top.rejected(hash, key);
    }
    tell(kind, rejection, id(key, hash), key, now);
    return rejection;
  }

  private void tell(Kind kind, Rejection rejection, long hash, String key, long now) {
    for (RejectionEvents each : events) {
      each.rejected(kind, rejection, hash, key, now);
    }
  }

  /** Returns the hash of the key, which a limit for all together does without. */
  private static long id(String key, long hash) {
    return hash == ActiveLimit.ALL ? KeyTable.hashOf(key) : hash;
  }

  List<RejectedKey> top(int n) {
    return top.top(n);
  }

  /** Returns the rejections without an event of their own, summed over the listeners. */
  long suppressed() {
    return sum(RejectionEvents::suppressed);
  }

  /** Returns the calls of listeners that failed. */
  long failures() {
    return sum(RejectionEvents::failures);
  }

  private long sum(ToLongFunction<RejectionEvents> count) {
    return Stream.of(events).mapToLong(count).sum();
  }
}
