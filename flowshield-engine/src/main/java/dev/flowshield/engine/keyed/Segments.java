package dev.flowshield.engine.keyed;

import dev.flowshield.Ticker;
import dev.flowshield.spi.RateAlgorithm;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/** The parts of a table, which are created with the first key, and changed and counted together. */
abstract class Segments {

  private static final int MOST_SEGMENTS = 128;
  private static final int LEAST_KEYS_PER_SEGMENT = 64;
  private static final int MOST_REFUND_SHARES = 1 << 16;

  private static final Segment[] NONE_YET = {};

  final Ticker ticker;
  private final int maxKeys;
  private final ReentrantLock lock = new ReentrantLock(); // guards writes of the two below
  private volatile Segment[] segments = NONE_YET; // until the first key comes
  private volatile RateAlgorithm algorithm;

  /** The parts of a table with room for this many keys at a time. */
  Segments(RateAlgorithm algorithm, Ticker ticker, int maxKeys) {
    this.algorithm = algorithm;
    this.ticker = ticker;
    this.maxKeys = maxKeys;
  }

  private Segment[] begin() {
    lock.lock();
    try {
      if (segments.length == 0) {
        segments = made();
      }
      return segments;
    } finally {
      lock.unlock();
    }
  }

  private Segment[] made() {
    int count = segmentCount();
    Buckets none = Buckets.none(algorithm, Overflow.WORDS / count);
    int shares = Math.min(MOST_REFUND_SHARES, Integer.highestOneBit(maxKeys)) / count;
    Segment[] made = new Segment[count];
    Arrays.setAll(made, i -> new Segment(none, ticker, keysPerSegment(), shares));
    return made;
  }

  /** The number of its parts, each with its share of the overflow words. */
  public final int segmentCount() {
    return Math.min(
        MOST_SEGMENTS, Integer.highestOneBit(Math.max(1, maxKeys / LEAST_KEYS_PER_SEGMENT)));
  }

  private int keysPerSegment() {
    return (maxKeys + segmentCount() - 1) / segmentCount();
  }

  /**
   * Changes to another algorithm, one segment after the other, each for a moment as when it grows.
   * One change at a time. If a segment fails, those before it are changed back.
   */
  public final void changeTo(RateAlgorithm next) {
    lock.lock();
    try {
      change(segments, next);
    } finally {
      lock.unlock();
    }
  }

  private void change(Segment[] all, RateAlgorithm next) {
    RateAlgorithm before = algorithm;
    algorithm = next;
    int changed = 0;
    try {
      while (changed < all.length) {
        all[changed].changeTo(next);
        changed++;
      }
    } finally {
      if (changed < all.length) {
        algorithm = before;
        while (changed > 0) {
          changed--;
          all[changed].changeTo(before);
        }
      }
    }
  }

  /** The algorithm that the words of the keys belong to now. */
  public final RateAlgorithm algorithm() {
    return algorithm;
  }

  /**
   * The keys that have a slot, including those whose allowance is full again and whose slot no
   * other key has needed since.
   */
  public final long tracked() {
    long sum = 0;
    for (Segment segment : segments) {
      sum += segment.used();
    }
    return sum;
  }

  /** The number of keys that it was asked to have room for. */
  public final int maxKeys() {
    return maxKeys;
  }

  /**
   * Returns the slots that the table grows to: somewhat more than {@link #maxKeys}, so that this
   * many keys do find a slot. In a table of few keys, one in about a thousand segments takes a
   * bucket of eight slots more, because a key in debt would find no place otherwise.
   */
  public final long capacity() {
    return (long) segmentCount() * Segment.capacity(keysPerSegment());
  }

  /** How often a key was admitted from a shared allowance because no slot was free. */
  public final long overflowed() {
    long sum = 0;
    for (Segment segment : segments) {
      sum += segment.overflowed();
    }
    return sum;
  }

  /** All parts; none before the first key. */
  final Segment[] segments() {
    return segments;
  }

  /** The part that a key belongs to. */
  final Segment segment(long hash) {
    Segment[] known = segments;
    Segment[] all = known.length == 0 ? begin() : known;
    return all[Overflow.segment(all.length, hash)];
  }
}
