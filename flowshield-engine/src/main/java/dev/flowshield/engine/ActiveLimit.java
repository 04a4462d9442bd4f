package dev.flowshield.engine;

import dev.flowshield.Decision;
import dev.flowshield.RateLimit;
import dev.flowshield.engine.Limit.Scope;
import dev.flowshield.engine.keyed.KeyTable;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A limit of a shield at work: the limiter that keeps it, and what it has rejected. Keys stand as hashes; see {@link #hash}.
 *
 * <p>Thread-safe. Changing is for one thread at a time.
 */
abstract sealed class ActiveLimit permits LocalLimit, ForeignLimit {

  /** Stands for all keys together; whatever but 0, as one allowance does not look at it. */
  static final long ALL = 1;

  private final LongAdder rejected = new LongAdder();
  private final LongAdder admittedApart = new LongAdder();
  private final @Nullable Blocks blocks;
  private volatile Limit limit;

  ActiveLimit(Limit limit) {
    this.limit = limit;
    this.blocks =
        limit.penalty().map(penalty -> new Blocks(limit.name(), penalty)).orElse(null);
  }

  /** The blocked keys; null without a penalty. */
  final @Nullable Blocks blocks() {
    return blocks;
  }

  /** What it is now. */
  final Limit limit() {
    return limit;
  }

  /** What stands for a key. */
  final long hash(String key) {
    return limit.scope() == Scope.EACH ? KeyTable.hashOf(key) : ALL;
  }

  /** What stands for the key of a charge. */
  final long hash(Charge charge) {
    return limit.scope() == Scope.EACH ? charge.hash() : ALL;
  }

  /** Rejects a key where one allowance is for all together. */
  final void requireNoKeyTogether(String key) {
    if (!key.isEmpty() && limit.scope() == Scope.TOGETHER) {
      throw new IllegalArgumentException("key must be empty for limit '" + limit.name()
          + "', which is for all together, got one of " + key.length()
          + " characters: leave it out");
    }
  }

  /** Rejects a charge that lost its key: it must not be taken from an allowance that is not meant. */
  final void requireKeyEach(String key) {
    if (key.isEmpty() && limit.scope() == Scope.EACH) {
      String name = limit.name();
      throw new IllegalArgumentException("key must not be empty for limit '" + name
          + "', which is for each key by itself, got none: say whom to count, as in Charge.of(\""
          + name + "\", key); those without a key may share one that you choose");
    }
  }

  final void countRejected() {
    rejected.increment();
  }

  final long rejected() {
    return rejected.sum();
  }

  /**
   * The place in the order of taking, the lowest first. For all together after each key by itself: a key that races itself is rejected before it has taken
   * what everyone wants.
   */
  abstract int order();

  /** The most permits at once. */
  abstract long burst();

  /** How long it makes a request wait, by a reading of the clock; 0 if it admits, or that is not to be known. Writes nothing. */
  abstract long retryAfterNanos(long hash, long permits, long now);

  /** What to say when {@link #retryAfterNanos} was above 0. */
  abstract OverLimit overLimit(long hash, long permits, long now, long retryAfterNanos);

  /** What a request would be answered. Takes nothing. */
  abstract Decision look(String key, long permits, long now);

  /** Makes a key as good as new. */
  abstract void reset(String key);

  /** Whether {@link #keepTo} can be relied on not to fail; throws if it is known to fail. */
  abstract boolean canKeepTo(List<RateLimit> limits);

  abstract void keepTo(List<RateLimit> limits);

  /** Goes on with other limits, as many as before; the same ones change nothing, not even by rounding. */
  final void change(List<RateLimit> limits) {
    if (!limits.equals(limit.limits())) {
      limit = Limit.withNameInErrors(limit.name(), () -> {
        Limit changed = limit.withLimits(limits); // first, as nothing may fail after the change
        keepTo(limits);
        return changed;
      });
    }
  }

  abstract long tracked();

  abstract long capacity();

  abstract long overflowed();

  /** Counts the requests that were admitted by sets of limits that are not kept. */
  final LongAdder admittedApart() {
    return admittedApart;
  }

  /** Arguments that were rejected since their keys were blocked. */
  final long blocked() {
    return blocks == null ? 0 : blocks.rejected();
  }
}
