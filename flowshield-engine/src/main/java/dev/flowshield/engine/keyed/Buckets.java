package dev.flowshield.engine.keyed;

import dev.flowshield.engine.allowance.Words;
import dev.flowshield.engine.rate.Conversion;
import dev.flowshield.spi.RateAlgorithm;
import java.util.Arrays;

/**
 * The slots of a segment, and where a key is among them.
 *
 * <pre>
 *   | count of falls, unused | overflow words | bucket 0: 8 slots of 2 longs | bucket 1 | ...
 * </pre>
 *
 * <p>A key has two buckets of eight slots, chosen by its hash, and is in one of them. Eight
 * slots and a second choice let the table fill to two thirds before one key in 100,000 finds both
 * buckets full.
 *
 * <p>Slots are those of {@link Words}. Any thread may read; writes are for the holder of the
 * segment's lock.
 */
final class Buckets extends Words {

  /** The fingerprint of a slot never used. */
  static final long NO_KEY = 0;

  /** The index of a key that has no slot. */
  static final int NOWHERE = -1;

  /** Slots of a bucket. */
  static final int SLOTS = 8;

  private static final int HEADER = 2; // two, because processors fetch a slot best at an even index
  private static final int LONGS = SLOTS * 2;

  // A key goes to its second bucket once fewer slots than this are free in the first.
  private static final int FREE_AT_HOME = 3;

  private final int overflowWords;
  private final int count;

  private Buckets(RateAlgorithm algorithm, int overflowWords, int count, long[] longs) {
    super(algorithm, longs);
    this.overflowWords = overflowWords;
    this.count = count;
  }

  /** Returns buckets without memory, not even for the overflow. */
  static Buckets none(RateAlgorithm algorithm, int overflowWords) {
    return new Buckets(algorithm, overflowWords, 0, new long[0]);
  }

  /** Creates this many buckets, all free. The overflow words are still to be set. */
  static Buckets free(RateAlgorithm algorithm, int overflowWords, int count) {
    return new Buckets(
        algorithm, overflowWords, count, new long[HEADER + overflowWords + count * LONGS]);
  }

  int count() {
    return count;
  }

  /**
   * Returns the index of a key's slot, or {@link #NOWHERE}.
   *
   * <p>The search begins at a slot that the hash chooses, and a key is placed in the first free
   * slot from there on. So most keys are found by the first probe: processors predict that branch,
   * and one cache line is read instead of a whole bucket.
   */
  int find(long hash) {
    if (count == 0) {
      return NOWHERE;
    }
    int at = findIn(home(hash), hash);
    return at != NOWHERE ? at : findIn(second(hash), hash);
  }

  private int findIn(int bucket, long hash) {
    int first = firstLook(hash);
    for (int i = 0; i < LONGS; i += 2) {
      int at = bucket + ((first + i) & (LONGS - 1));
      long fingerprint = fingerprint(at);
      if (fingerprint == hash) {
        return at;
      }
      if (fingerprint == NO_KEY) {
        return NOWHERE; // it would be here: a slot that had an owner always has one
      }
    }
    return NOWHERE;
  }

  /** Returns the index of a slot where a key may be placed, or {@link #NOWHERE}. */
  int place(long hash, long now) {
    int home = home(hash);
    int freeAtHome = countFree(home, now);
    if (freeAtHome >= FREE_AT_HOME) {
      return firstFree(home, hash, now);
    }
    int second = second(hash);
    return firstFree(countFree(second, now) > freeAtHome ? second : home, hash, now);
  }

  /**
   * Puts a key that finds both of its buckets full into the slot of another key, which moves to its
   * second bucket. Only before this array is published: a thread that took from that slot meanwhile
   * would charge the wrong key.
   *
   * @return false, with nothing done, if none of them can move
   */
  boolean putByMovingAnother(long hash, long word, long now) {
    for (int i = 0; i < 2 * SLOTS; i++) {
      int at = (i < SLOTS ? home(hash) : second(hash)) + i % SLOTS * 2;
      long other = fingerprint(at);
      int to = firstFree(second(other), other, now); // NOWHERE if it is there already
      if (to != NOWHERE) {
        put(to, other, word(at));
        put(at, hash, word);
        return true;
      }
    }
    return false;
  }

  /** Writes a slot; only before this array is published. */
  void put(int at, long fingerprint, long word) {
    fingerprint(at, fingerprint);
    word(at, word);
  }

  private int countFree(int bucket, long now) {
    int free = 0;
    for (int at = bucket; at < bucket + LONGS; at += 2) {
      if (isFree(at, now)) {
        free++;
      }
    }
    return free;
  }

  private int firstFree(int bucket, long hash, long now) {
    int first = firstLook(hash);
    for (int i = 0; i < LONGS; i += 2) {
      int at = bucket + ((first + i) & (LONGS - 1));
      if (isFree(at, now)) {
        return at;
      }
    }
    return NOWHERE;
  }

  /** Returns whether the slot has no owner, or one with its whole allowance. */
  boolean isFree(int at, long now) {
    return isFresh(at) || algorithm().isIdle(word(at), now);
  }

  /** Returns whether the slot was never used. */
  boolean isFresh(int at) {
    return fingerprint(at) == NO_KEY;
  }

  /** Returns how many slots have an owner. */
  int countOwned() {
    int owned = 0;
    for (int at = firstSlot(); at < end(); at += 2) {
      owned += isFresh(at) ? 0 : 1;
    }
    return owned;
  }

  /** Returns the word from which a key without a slot takes. */
  long overflowWord(long hash) {
    return word(beforeOverflowWord(hash));
  }

  void overflowWord(long hash, long word) {
    word(beforeOverflowWord(hash), word);
  }

  /** Sets all overflow words. */
  void overflowWords(long word) {
    Arrays.fill(longs(), HEADER, firstSlot(), word);
  }

  /** Sets the overflow words to those of other buckets. */
  void overflowWords(Buckets others) {
    System.arraycopy(others.longs(), HEADER, longs(), HEADER, overflowWords);
  }

  /**
   * Raises the overflow word of a key that is dropped as idle at this reading. It matters only if
   * the clock steps back before the reading: then the key, which starts from its overflow word,
   * still owes what it may have owed.
   */
  void forget(long hash, long now) {
    if (algorithm().isIdle(overflowWord(hash), now)) {
      overflowWord(hash, algorithm().idle(now));
    }
  }

  /** Returns the index where the slots begin; before it are the overflow words. */
  int firstSlot() {
    return HEADER + overflowWords;
  }

  int overflowWords() {
    return overflowWords;
  }

  /** Returns the index behind the last slot. */
  int end() {
    return longs().length;
  }

  /** Returns a copy, and sets the words here to MOVING (S5). */
  Buckets frozen() {
    int end = end();
    long[] copied = Arrays.copyOf(longs(), end); // allocated first, because this may fail
    Buckets copy = new Buckets(algorithm(), overflowWords, count, copied);
    for (int at = firstSlot(); at < end; at += 2) {
      copied[at] = fingerprint(at);
      copied[at + 1] = freeze(at);
    }
    return copy;
  }

  /** Restores the words of these buckets from the copy that was made when they were frozen. */
  void thaw(Buckets frozen) {
    for (int at = firstSlot(); at < end(); at += 2) {
      word(at, frozen.word(at));
    }
  }

  /**
   * Returns the same keys in the same slots, with their words converted to another algorithm. For a
   * copy that no thread writes.
   */
  Buckets converted(RateAlgorithm next, long now) {
    Buckets converted = free(next, overflowWords, count);
    Conversion conversion = new Conversion(algorithm(), next);
    for (int i = HEADER; i < firstSlot(); i++) {
      converted.longs()[i] = conversion.word(longs()[i], now);
    }
    for (int at = firstSlot(); at < end(); at += 2) {
      if (!isFresh(at)) {
        converted.put(at, fingerprint(at), conversion.word(word(at), now));
      }
    }
    return converted;
  }

  /**
   * Returns the slot of a bucket at which the search for a key begins. The low bits choose it,
   * which hardly matter for the bucket.
   */
  private static int firstLook(long hash) {
    return (int) hash << 1;
  }

  private int home(long hash) {
    return bucket(hash);
  }

  private int second(long hash) {
    return bucket(hash >>> 28);
  }

  /**
   * Returns the index of the bucket that 28 bits choose: by a multiplication, as the number of
   * buckets need not be a power of two.
   */
  private int bucket(long bits) {
    return firstSlot() + (int) (((bits & 0xFFF_FFFFL) * count) >>> 28) * LONGS;
  }

  /**
   * Returns the index by which an overflow word is accessed as the word of a slot; it has no
   * fingerprint.
   */
  private int beforeOverflowWord(long hash) {
    return HEADER + ((int) (hash >>> Overflow.WORD_SHIFT) & (overflowWords - 1)) - 1;
  }
}
