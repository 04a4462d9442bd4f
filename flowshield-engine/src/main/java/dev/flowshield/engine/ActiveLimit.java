package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.LimitStatus;
import dev.flowshield.RateLimit;
import dev.flowshield.StoreStats;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.keyed.KeyTable;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A limit of a shield at work: the limiter that keeps it, and its rejections. Keys are known
 * by their hashes; see {@link #hash}.
 *
 * <p>Thread-safe. One thread at a time may change it.
 */
abstract sealed class ActiveLimit permits EngineLimit, ExternalLimit {

  /**
   * The hash of all keys together. Any value but 0 would do, because one allowance does not look at
   * it.
   */
  static final long ALL = 1;

  private final LongAdder rejected = new LongAdder();
  private final LongAdder unavailable = new LongAdder();
  private final PermitCounts permits = new PermitCounts();
  private final AdmissionCount admittedApart = new AdmissionCount();
  private final Queue<AdmissionCount> admittedBySets = new ConcurrentLinkedQueue<>();
  private final @Nullable BlockedKeys blocks;
  private volatile Limit limit;
  private volatile @Nullable Map<Long, Long> demand; // not changed once it is published

  ActiveLimit(Limit limit) {
    this.limit = limit;
    this.blocks =
        limit.penalty().map(penalty -> new BlockedKeys(limit.name(), penalty)).orElse(null);
  }

  /** Returns the blocked keys; null without a penalty. */
  final @Nullable BlockedKeys blocks() {
    return blocks;
  }

  /** Returns the limit as it is now. */
  final Limit limit() {
    return limit;
  }

  /** Returns the hash of a key. */
  final long hash(String key) {
    return limit.scope() == Scope.EACH ? KeyTable.hashOf(key) : ALL;
  }

  /** Returns the hash of the key of a charge. */
  final long hash(Charge charge) {
    return limit.scope() == Scope.EACH ? charge.hash() : ALL;
  }

  /** Throws if there is a key, and the limit is for all together. */
  final void requireNoKeyTogether(String key) {
    if (!key.isEmpty() && limit.scope() == Scope.TOGETHER) {
      throw new IllegalArgumentException("key must be empty for limit '" + limit.name()
          + "', which is for all together, got one of " + key.length()
          + " characters: leave it out");
    }
  }

  /**
   * Throws if there is no key, and the limit is for each: a key that was lost must not cost others.
   */
  final void requireKeyEach(String key) {
    if (key.isEmpty() && limit.scope() == Scope.EACH) {
      String name = limit.name();
      throw new IllegalArgumentException("key must not be empty for limit '" + name
          + "', which is for each key by itself, got none: say whom to count, as in Charge.of(\""
          + name + "\", key); those without a key may share one that you choose");
    }
  }

  /**
   * The permits of a key, by its hash, that requests in line wait for; null for no demand at all.
   */
  final void queuedDemand(@Nullable Map<Long, Long> permits) {
    demand = permits;
  }

  /**
   * Returns the permits of a key that requests in line wait for, and come before one that is not.
   */
  final long queuedPermits(long hash) {
    Map<Long, Long> known = demand;
    return known == null ? 0 : known.getOrDefault(limit.scope() == Scope.EACH ? hash : ALL, 0L);
  }

  final void countRejected() {
    rejected.increment();
  }

  final long rejected() {
    return rejected.sum();
  }

  final void countUnavailable() {
    unavailable.increment();
  }

  final long unavailable() {
    return unavailable.sum();
  }

  /** Returns the statistics of its store; null if no store keeps it. */
  @Nullable
  StoreStats storeStats() {
    return null;
  }

  /**
   * Returns the position in the order of taking, the lowest first. A limit for all together comes
   * after those for each key: a key that races with itself is rejected before it has taken from the
   * limits that all share.
   */
  abstract int order();

  /** Returns the most permits at once. */
  abstract long burst();

  /**
   * Returns how long it makes a request wait, by a reading of the clock; 0 if it admits, or that is
   * not known before it is asked. Writes nothing.
   */
  abstract long retryAfterNanos(long hash, long permits, long now);

  /** Returns the rejection after {@link #retryAfterNanos} was above 0. */
  abstract OverLimit overLimit(long hash, long permits, long now, long retryAfterNanos);

  /** Returns the answer that a request would get. Takes nothing. */
  abstract Decision look(String key, long permits, long now);

  /**
   * Adds the state of each rate for a request, by the names of {@link Limit#rateNames}. Takes
   * nothing.
   *
   * @param hash of the key, see {@link #hash}; any if the limit is for all together
   */
  abstract void addStatus(String key, long hash, long permits, long now, List<LimitStatus> to);

  /** Gives a key its whole allowance again. */
  abstract void reset(String key);

  /** Adds permits to those that a key has left. */
  abstract void add(String key, long permits);

  /**
   * Returns whether {@link #keepTo} can be relied on not to fail; throws if it is known to fail.
   */
  abstract boolean canKeepTo(List<RateLimit> limits);

  abstract void keepTo(List<RateLimit> limits);

  /**
   * Goes on with other limits, as many as before; the same ones change nothing, not even by
   * rounding.
   */
  final void change(List<RateLimit> limits) {
    if (!limits.equals(limit.limits())) {
      limit = Limit.withNameInErrors(limit.name(), () -> {
        Limit changed = limit.withLimits(limits); // first: nothing may fail after the change
        keepTo(limits);
        return changed;
      });
    }
  }

  abstract long tracked();

  abstract long maxKeys();

  abstract long slots();

  abstract long overflowed();

  /** Counts the requests that were admitted by sets of limits that are not kept. */
  final AdmissionCount admittedApart() {
    return admittedApart;
  }

  /** Adds the count of a set that is kept and has this limit. */
  final void admittedBy(AdmissionCount set) {
    admittedBySets.add(set);
  }

  /** Returns the admitted requests that were charged to it. */
  final long admitted() {
    long admitted = admittedApart.sum();
    for (AdmissionCount set : admittedBySets) {
      admitted += set.sum();
    }
    return admitted;
  }

  /** Returns the counts of permits. */
  final PermitCounts permits() {
    return permits;
  }

  /** Requests that were rejected since their keys were blocked. */
  final long blocked() {
    return blocks == null ? 0 : blocks.rejected();
  }
}
