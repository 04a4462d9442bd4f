package dev.flowshield.engine.keyed;

import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.StackRoom;
import dev.flowshield.spi.RateAlgorithm;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/** The parts of a table: made when the first key comes, changed together, counted together. */
abstract class Segments {

  private static final int MOST_SEGMENTS = 128;
  private static final int LEAST_KEYS_PER_SEGMENT = 64;
  private static final int MOST_REFUND_SHARES = 1 << 16;

  private static final Segment[] NONE_YET = {};

  final Ticker ticker;
  private final int maxKeys;
  private final ReentrantLock lock = new ReentrantLock(); // of the two below
  private volatile Segment[] segments = NONE_YET; // until the first key comes
  private volatile RateAlgorithm algorithm;

  /** Of a table with room for so many keys at a time. */
  Segments(RateAlgorithm algorithm, Ticker ticker, int maxKeys) {
    this.algorithm = algorithm;
    this.ticker = ticker;
    this.maxKeys = maxKeys;
  }

  private Segment[] begin() {
    StackRoom.require();
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

  /** How many parts it has, each with its share of the overflow words. */
  public final int segmentCount() {
    return Math.min(
        MOST_SEGMENTS, Integer.highestOneBit(Math.max(1, maxKeys / LEAST_KEYS_PER_SEGMENT)));
  }

  private int keysPerSegment() {
    return (maxKeys + segmentCount() - 1) / segmentCount();
  }

  /**
   * Goes on with another algorithm; one segment after the other, each for a moment as when it
   * grows. One change at a time. If one fails, those before it go back to what they were.
   */
  public final void changeTo(RateAlgorithm next) {
    StackRoom.require();
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

  /** What the words of the keys mean now. */
  public final RateAlgorithm algorithm() {
    return algorithm;
  }

  /**
   * Keys that have a slot of their own, those included whose allowance is full again and whose slot
   * no key needed since.
   */
  public final long tracked() {
    long sum = 0;
    for (Segment segment : segments) {
      sum += segment.used();
    }
    return sum;
  }

  /** How many keys it has room for, as was asked. */
  public final int maxKeys() {
    return maxKeys;
  }

  /**
   * How many slots there are at most: somewhat more than the keys promised room, so that those find
   * it.
   */
  public final long capacity() {
    return (long) segmentCount() * Segment.capacity(keysPerSegment());
  }

  /** How often a key was admitted from an allowance that it shares, since no slot was free. */
  public final long overflowed() {
    long sum = 0;
    for (Segment segment : segments) {
      sum += segment.overflowed();
    }
    return sum;
  }

  /** All of them; none before the first key. */
  final Segment[] segments() {
    return segments;
  }

  /** The one that a key belongs to. */
  final Segment segment(long hash) {
    Segment[] known = segments;
    Segment[] all = known.length == 0 ? begin() : known;
    return all[Overflow.segment(all.length, hash)];
  }
}
