package dev.flowshield.engine;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The keys that are rejected most, in bounded memory, however many keys there are.
 *
 * <p>The first {@value #FIRST} rejections are counted exactly. Of those after them, one in 64,
 * chosen at random, is looked at and counts for all of them, in 128 counters. If its key has
 * a counter, the counter goes up by one. Else the key takes over the lowest counter, and the old
 * value is kept as the error. The estimate is the count less the error. So no key is charged with
 * the rejections of other keys, and a key with more than one rejection in 128 has a counter for
 * certain.
 *
 * <p><b>Error.</b> Of n rejections after the first that were looked at, the estimate of a key is at
 * most n/128 below its true count and never above. Sampling adds a standard deviation of {@code 8 *
 * sqrt(r)} at r rejections. When threads collide, some rejections are skipped, of whichever key:
 * all estimates are lower then, in proportion.
 *
 * <p><b>Cost.</b> Thread-safe; never waits. The first calls write to a place of their own. Of 64
 * calls after them, 63 draw a random number and write nothing shared. The other one searches the
 * counters under a lock, or returns if another thread holds it. Allocates nothing but the first
 * characters of a long key that is shown. About 12 KB, and those keys that are shown.
 *
 * <p>Source: Metwally, Agrawal and El Abbadi, "Efficient Computation of Frequent and Top-k Elements
 * in Data Streams", Space-Saving.
 */
final class TopRejected {
  /*
   * State, all under the lock: of each counter a hash, a count, an error, and a key if keys are
   * shown; and how many counters are in use.
   *
   * Invariants
   *   T1  A key has at most one counter.
   *   T2  count - error <= rejections of the key that were looked at <= count.
   *   T3  The counts add up to all rejections that were looked at. So the lowest count, and with it
   *       any error, is at most 1/128 of those.
   */
  static final int COUNTERS = 128;

  private static final int ONE_IN = 64;
  private static final int FIRST = 1024;

  final ReentrantLock lock = new ReentrantLock(); // not private: a test holds it

  private final boolean showKeys;
  private final int oneIn;
  private final FirstRejections first;
  private final long[] hashes = new long[COUNTERS];
  private final long[] counts = new long[COUNTERS];
  private final long[] errors = new long[COUNTERS];
  private final @Nullable String[] keys = new @Nullable String[COUNTERS];
  private int used;

  /** Shows keys, or ids only. */
  TopRejected(boolean showKeys) {
    this(showKeys, FIRST, ONE_IN);
  }

  /** Counts this many exactly, and then looks at one rejection of this many, a power of two. */
  TopRejected(boolean showKeys, int first, int oneIn) {
    this.showKeys = showKeys;
    this.oneIn = oneIn;
    this.first = new FirstRejections(first, showKeys);
  }

  /**
   * A request of a key was rejected.
   *
   * @param hash of its key
   */
  void rejected(long hash, String key) {
    if (first.add(hash, key)) {
      return;
    }
    boolean looked = (ThreadLocalRandom.current().nextInt() & (oneIn - 1)) == 0;
    if (!looked) {
      return;
    }
    if (!lock.tryLock()) {
      return;
    }
    try {
      counts[counter(hash, key)]++;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the keys that are rejected most, in descending order.
   *
   * @param n how many, 1 to 128
   * @throws IllegalArgumentException if it is not
   */
  List<RejectedKey> top(int n) {
    if (n < 1 || n > COUNTERS) {
      throw new IllegalArgumentException("n of topRejected must be 1 to 128, got " + n
          + (n < 1
              ? ": ask for one or more"
              : ": ask for 128 and choose from those; more are not counted"));
    }
    lock.lock();
    try {
      Map<Long, RejectedKey> all = first.byHash();
      for (int at = 0; at < used; at++) {
        all.merge(
            hashes[at],
            new RejectedKey(KeyName.of(hashes[at], keys[at]), (counts[at] - errors[at]) * oneIn),
            RejectedKey::plus);
      }
      return all.values().stream()
          .sorted(Comparator.comparingLong(RejectedKey::rejections).reversed())
          .limit(n)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the key's counter, taken over from another if it has no counter. */
  private int counter(long hash, String key) {
    int lowest = 0;
    for (int at = 0; at < used; at++) {
      if (hashes[at] == hash) {
        return at;
      }
      if (counts[at] < counts[lowest]) {
        lowest = at;
      }
    }
    int at = used < COUNTERS ? used++ : lowest;
    errors[at] = counts[at];
    hashes[at] = hash;
    keys[at] = showKeys ? key : null;
    return at;
  }
}
