package dev.flowshield.engine.keyed;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Answer;
import dev.flowshield.engine.rate.Slots;
import dev.flowshield.spi.RateAlgorithm;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One part of the key table, with its own lock for newcomers and growth.
 *
 * <p>A key has two buckets of eight slots, chosen by its hash, and lives in one of them. Eight slots and a second choice let the table
 * fill to two thirds before one key in 100,000 finds both buckets full.
 */
final class Segment {
  /*
   * State, one long[] and a few numbers beside it:
   *
   *   slots       | overflow words, one long each | bucket 0: 8 slots of 2 longs | bucket 1 | ...
   *   latest      the latest reading of the clock by which something was decided here under the lock
   *   used        slots that have an owner, in debt or not
   *   overflowed  how often an overflow word admitted a key because no slot was free
   *
   * Invariants (of a slot: Slots, S1 to S3)
   *   K1  A key is in at most one slot: it is placed only under the lock, after a second search under the lock.
   *   K2  A slot is passed on only if its word is idle at a reading that is not later than `latest`, and whoever comes without a
   *       slot is judged at `latest` or later. So a key that lost its slot and comes back had nothing left to remember, even
   *       if the clock steps back in between.
   *   K3  A key without a slot owes no more than its overflow word does, and starts with that debt when it gets a slot.
   *   K4  The array as a whole, its overflow words and the numbers beside it are written only under the lock.
   *   K5  An array that is replaced has every word frozen (MOVING) first, so nothing is taken from a slot once it was copied. If it
   *       is not replaced in the end, every word is put back: owner and word are as they were, so S3 holds.
   *
   * Memory order: volatile throughout; the numbers are plain and read under the lock too.
   */

  /** The fingerprint of a slot never used. */
  static final long NOBODY = 0;

  /** The index of a key that has no slot. */
  static final int NOWHERE = -1;

  private static final int SLOTS = 8;
  private static final int BUCKET = SLOTS * 2;
  private static final int FREE_AT_HOME =
      3; // a key goes to its second bucket once fewer are free in the first

  // At this load, 0.69, about 3 keys in 100,000 find both of their buckets full (by simulation).
  private static final double SLOTS_PER_KEY = 1.45;

  private static final long[] NOT_YET = {};

  private final RateAlgorithm algorithm;
  private final Ticker ticker;
  private final int overflowWords;
  private final int maxBuckets;
  private final ReentrantLock lock = new ReentrantLock();

  private volatile long[] slots = NOT_YET;
  private long latest;
  private int used;
  private long overflowed;

  Segment(RateAlgorithm algorithm, Ticker ticker, int overflowWords, int maxKeys) {
    this.algorithm = algorithm;
    this.ticker = ticker;
    this.overflowWords = overflowWords;
    this.maxBuckets = Math.max(2, (int) Math.ceil(maxKeys * SLOTS_PER_KEY / SLOTS));
    this.latest = ticker.nanos();
  }

  long[] slots() {
    return slots;
  }

  int used() {
    lock.lock();
    try {
      return used;
    } finally {
      lock.unlock();
    }
  }

  long overflowed() {
    lock.lock();
    try {
      return overflowed;
    } finally {
      lock.unlock();
    }
  }

  int capacity() {
    return maxBuckets * SLOTS;
  }

  /** Where a key's slot begins in the array, or {@link #NOWHERE}. */
  int find(long[] slots, long hash) {
    int buckets = buckets(slots);
    if (buckets == 0) {
      return NOWHERE;
    }
    int at = findIn(slots, home(hash, buckets), hash);
    return at != NOWHERE ? at : findIn(slots, second(hash, buckets), hash);
  }

  /** As {@link KeyTable#word(long)}; {@link Slots#MOVING} if the slot changes hands at this moment. */
  long word(long hash) {
    long[] seen = slots;
    if (seen == NOT_YET) {
      return KeyTable.ABSENT;
    }
    int at = find(seen, hash);
    if (at == NOWHERE) {
      return overflowWord(seen, hash);
    }
    long word = Slots.word(seen, at);
    return Slots.fingerprint(seen, at) == hash ? word : Slots.MOVING;
  }

  /** Returns once whatever moves under the lock has moved. */
  void awaitMove() {
    lock.lock();
    try {
      // nothing to do: whoever moved it held the lock
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes permits of a key that had no slot a moment ago.
   *
   * @return the answer, or null if it has a slot by now
   */
  <T> @Nullable T admitNewcomer(long hash, long permits, Answer<T> answer) {
    T refused = refuseAtCap(hash, permits, answer);
    if (refused != null) {
      return refused;
    }
    lock.lock();
    try {
      while (true) {
        long[] current = slotsForWriting();
        if (find(current, hash) != NOWHERE) {
          return null;
        }
        long now = now();
        long owed = overflowWord(current, hash);
        if (algorithm.isIdle(owed, now)) {
          owed = algorithm.idle(now);
        }
        long word = algorithm.step(owed, now, permits);
        if (word == REJECTED) {
          return answer.rejected(algorithm, owed, now, permits);
        }
        int at = place(current, hash, now);
        if (at == NOWHERE && buckets(current) < maxBuckets) {
          grow(current, now);
          continue;
        }
        if (at == NOWHERE) {
          overflowWord(current, hash, word);
          overflowed++;
        } else if (!claim(current, at, hash, word, now)) {
          continue; // its owner came back first
        }
        return answer.admitted(algorithm, word, now);
      }
    } finally {
      lock.unlock();
    }
  }

  /** At the cap, a flood of strangers is refused without the lock, and without a write. */
  private <T> @Nullable T refuseAtCap(long hash, long permits, Answer<T> answer) {
    long[] seen = slots;
    if (buckets(seen) < maxBuckets) {
      return null;
    }
    long owed = overflowWord(seen, hash);
    long now = ticker.nanos();
    return Slots.rejects(algorithm, owed, now, permits)
            && find(seen, hash) == NOWHERE
            && slots == seen
        ? answer.rejected(algorithm, owed, now, permits)
        : null;
  }

  /** A reading of the clock for decisions under the lock: never before one that was used here already (K2). */
  private long now() {
    long now = ticker.nanos();
    if (now - latest > 0) {
      latest = now;
    }
    return latest;
  }

  private long[] slotsForWriting() {
    if (slots == NOT_YET) {
      long[] first = new long[overflowWords + BUCKET];
      Arrays.fill(first, 0, overflowWords, algorithm.idle(now()));
      slots = first;
    }
    return slots;
  }

  /** A free slot for a key, or {@link #NOWHERE}. */
  private int place(long[] slots, long hash, long now) {
    int home = home(hash, buckets(slots));
    int freeAtHome = countFree(slots, home, now);
    if (freeAtHome >= FREE_AT_HOME) {
      return firstFree(slots, home, now);
    }
    int second = second(hash, buckets(slots));
    return countFree(slots, second, now) > freeAtHome
        ? firstFree(slots, second, now)
        : firstFree(slots, home, now);
  }

  /** Passes a free slot on to a key, unless its owner takes from it first. */
  private boolean claim(long[] slots, int at, long hash, long word, long now) {
    long old = Slots.word(slots, at);
    boolean fresh = Slots.fingerprint(slots, at) == NOBODY;
    if (!(fresh || algorithm.isIdle(old, now))
        || Slots.exchange(slots, at, old, Slots.MOVING) != old) {
      return false;
    }
    Slots.fingerprint(slots, at, hash);
    Slots.word(slots, at, word); // above the old word, which was idle at `now` (S3)
    if (fresh) {
      used++;
    }
    return true;
  }

  /** Moves the keys that are in debt to an array twice as large, or as large as the cap allows. */
  private void grow(long[] old, long now) {
    long[] frozen = new long[old.length];
    for (int at = overflowWords; at < old.length; at += 2) {
      frozen[at] = Slots.fingerprint(old, at);
      frozen[at + 1] = Slots.freeze(old, at);
    }
    try {
      int buckets = Math.min(maxBuckets, buckets(old) * 2);
      while (!moveTo(buckets, old, frozen, now)) {
        buckets++; // practically never: both buckets of a key are full at half the load
      }
    } catch (Throwable failure) { // no memory, say: thaw, or all who come would wait for ever
      for (int at = overflowWords; at < old.length; at += 2) {
        Slots.word(old, at, frozen[at + 1]);
      }
      throw failure;
    }
  }

  private boolean moveTo(int buckets, long[] old, long[] frozen, long now) {
    long[] next = new long[overflowWords + buckets * BUCKET];
    System.arraycopy(old, 0, next, 0, overflowWords);
    int moved = 0;
    for (int from = overflowWords; from < frozen.length; from += 2) {
      if (isFree(frozen, from, now)) {
        continue;
      }
      int to = place(next, frozen[from], now);
      if (to == NOWHERE) {
        return false;
      }
      Slots.fingerprint(next, to, frozen[from]);
      Slots.word(next, to, frozen[from + 1]);
      moved++;
    }
    used = moved;
    slots = next;
    return true;
  }

  private int countFree(long[] slots, int bucket, long now) {
    int free = 0;
    for (int at = bucket; at < bucket + BUCKET; at += 2) {
      if (isFree(slots, at, now)) {
        free++;
      }
    }
    return free;
  }

  private int firstFree(long[] slots, int bucket, long now) {
    for (int at = bucket; at < bucket + BUCKET; at += 2) {
      if (isFree(slots, at, now)) {
        return at;
      }
    }
    return NOWHERE;
  }

  private boolean isFree(long[] slots, int at, long now) {
    return Slots.fingerprint(slots, at) == NOBODY || algorithm.isIdle(Slots.word(slots, at), now);
  }

  private int buckets(long[] slots) {
    return Math.max(0, slots.length - overflowWords) / BUCKET;
  }

  private int home(long hash, int buckets) {
    return bucket(hash, buckets);
  }

  private int second(long hash, int buckets) {
    return bucket(hash >>> 28, buckets);
  }

  /** Where the bucket begins that 28 bits choose: a multiplication, so that any number of buckets will do. */
  private int bucket(long bits, int buckets) {
    return overflowWords + (int) (((bits & 0xFFF_FFFFL) * buckets) >>> 28) * BUCKET;
  }

  private long overflowWord(long[] slots, long hash) {
    return Slots.word(slots, beforeOverflowWord(hash));
  }

  private void overflowWord(long[] slots, long hash, long word) {
    Slots.word(slots, beforeOverflowWord(hash), word);
  }

  /** An overflow word is a slot's word without a fingerprint before it. */
  private int beforeOverflowWord(long hash) {
    return ((int) (hash >>> 46) & (overflowWords - 1)) - 1;
  }

  private int findIn(long[] slots, int bucket, long hash) {
    for (int at = bucket; at < bucket + BUCKET; at += 2) {
      long fingerprint = Slots.fingerprint(slots, at);
      if (fingerprint == hash) {
        return at;
      }
      if (fingerprint == NOBODY) {
        return NOWHERE; // slots are used from the front and never become nobody's again
      }
    }
    return NOWHERE;
  }
}
