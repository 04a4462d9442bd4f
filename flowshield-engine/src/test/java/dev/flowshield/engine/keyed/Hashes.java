package dev.flowshield.engine.keyed;

import java.util.Random;

/**
 * Hashes that lead where a test wants them. A table of up to 127 keys has one segment; once it has
 * two buckets, the top bit of each of two parts of the hash chooses between them, and ten bits
 * choose the overflow word.
 */
final class Hashes {

  private static final int HOME = 27;
  private static final int SECOND = 55;
  private static final int OVERFLOW = 46;

  private Hashes() {}

  /**
   * The n-th key whose both choices are the first bucket, however many there are, and that shares
   * one overflow word.
   */
  static long inTheFirstBucket(int n) {
    return 1L + n;
  }

  /** As {@link #inTheFirstBucket}, with an overflow word of its own among 0 to 63. */
  static long inTheFirstBucket(int n, int overflowWord) {
    return inTheFirstBucket(n) | (long) overflowWord << OVERFLOW;
  }

  /** The n-th key whose both choices are the second bucket once there are two. */
  static long inTheSecondBucket(int n) {
    return inTheFirstBucket(n) | 1L << HOME | 1L << SECOND;
  }

  /**
   * The n-th key whose first choice is the first bucket, and whose second choice is the second one
   * once there are two.
   */
  static long firstInTheFirstBucket(int n) {
    return inTheFirstBucket(n) | 1L << SECOND;
  }

  /** Any hash but that of no key. */
  static long any(Random random) {
    long hash = random.nextLong();
    return hash == Buckets.NO_KEY ? 1 : hash;
  }
}
