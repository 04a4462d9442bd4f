package dev.flowshield.engine.rate;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How many permits were given back in all, so that who gives back later knows how many others may have come first.
 *
 * <p>A debt that shrinks lets every permit behind it come back earlier. Permits that were taken behind another's, which were then given
 * back, are thus back by themselves sooner than their own word says; to give them back as well would forgive. So a giver
 * subtracts what was given back since its taking.
 *
 * <p>Keys share the counts, by their hash: a count too high gives back less, never too much. With this many counts, and a few hundred
 * takings unsettled at a time, that is rare. Thread-safe, lock-free; no memory before the first use.
 */
public final class GivenBack {
  /*
   * Invariants
   *   B1  Who gives back holds the lock of the word. The count rises after the word has fallen, and before the lock is released. So
   *       between a count read before a taking and one read under the lock stands every fall since that taking: one that the
   *       first did not see yet may even have come before. Were the count to rise first, a taking between the count and the
   *       fall would never know of it.
   *
   * Memory order: volatile throughout.
   */

  /** Far above all permits there are, so that nothing taken before is given back after. */
  public static final long EVERYTHING = 1L << 52;

  private static final AtomicLongArray NONE = new AtomicLongArray(0);

  private final int counters;
  private final AtomicReference<AtomicLongArray> counts = new AtomicReference<>(NONE);

  /** A power of two of counters. */
  public GivenBack(int counters) {
    this.counters = counters;
  }

  /** The count for a key. */
  public long of(long hash) {
    AtomicLongArray seen = counts.get();
    return seen == NONE ? 0 : seen.get(index(hash));
  }

  /** Makes room for the count of a key, so that counting cannot fail once something was given back. */
  public void prepare(long hash) {
    add(hash, 0);
  }

  /** Counts permits of a key that were given back just now. */
  public void add(long hash, long permits) {
    if (counts.get() == NONE) {
      counts.compareAndSet(NONE, new AtomicLongArray(counters)); // the first one stays
    }
    counts.get().getAndAdd(index(hash), permits);
  }

  /** Counts as if everything had been given back, of a key. */
  public void addEverything(long hash) {
    add(hash, EVERYTHING);
  }

  private int index(long hash) {
    return (int) (hash >>> 32) & (counters - 1);
  }
}
