package dev.flowshield.engine;

import dev.flowshield.engine.keyed.KeyTable;
import dev.flowshield.engine.penalty.Penalties;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The blocked keys of one limit with a {@link Penalty}. The table of offenders is made with the
 * first breach.
 *
 * <p>Thread-safe. Costs one read until a key breaches the limit.
 */
final class BlockedKeys {

  private final String limit;
  private final Penalty penalty;
  private final LongAdder rejected = new LongAdder();
  private final ReentrantLock making = new ReentrantLock();
  private volatile @Nullable Penalties penalties;

  BlockedKeys(String limit, Penalty penalty) {
    this.limit = limit;
    this.penalty = penalty;
  }

  /** Returns how long a key is still blocked, in nanoseconds; 0 if it is not. */
  long blockedForNanos(long hash, long now) {
    Penalties known = penalties;
    return known == null ? 0 : known.blockedForNanos(hash, now);
  }

  /**
   * Counts a breach of a key. Answers for how long that blocks it, in nanoseconds; 0 if it does
   * not.
   */
  long breached(long hash, long now) {
    Penalties known = penalties;
    return (known != null ? known : make(now)).breached(hash, now);
  }

  private Penalties make(long now) {
    making.lock();
    try {
      Penalties known = penalties;
      if (known == null) {
        known = penalty.table(now);
        penalties = known;
      }
      return known;
    } finally {
      making.unlock();
    }
  }

  /** A request was rejected since its key was blocked. */
  void countRejected() {
    rejected.increment();
  }

  /** Requests that were rejected since their keys were blocked. */
  long rejected() {
    return rejected.sum();
  }

  /**
   * Returns the keys that are blocked, or were and have not been without a breach for long enough.
   */
  List<Offender> offenders(long now) {
    Penalties known = penalties;
    return known == null
        ? List.of()
        : Arrays.stream(known.offenders(now))
            .mapToObj(hash -> new Offender(
                limit,
                KeyName.id(hash),
                Duration.ofNanos(known.blockedForNanos(hash, now)),
                Math.max(1, known.level(hash, now)))) // if it was pardoned in between, it was one
            .toList();
  }

  /** Blocks a key, by its hash or {@link ActiveLimit#ALL}. Returns whether it is blocked now. */
  boolean block(long hash, Duration duration, long now) {
    penalty.requireBlock(duration);
    Penalties known = penalties;
    return (known != null ? known : make(now)).block(hash, duration.toNanos(), now);
  }

  /** Forgets all of a key. Answers whether there was anything. */
  boolean pardon(String key) {
    return pardon(known -> known.pardon(KeyTable.hashOf(key)));
  }

  /** Forgets all of a key of which only the id is known. */
  boolean pardon(Offender offender) {
    return pardon(known -> known.pardon(KeyName.hash(offender.key())));
  }

  private boolean pardon(Predicate<Penalties> step) {
    Penalties known = penalties;
    return known != null && step.test(known);
  }

  /** Forgets all of all keys. */
  void pardonAll() {
    Penalties known = penalties;
    if (known != null) {
      known.pardonAll();
    }
  }
}
