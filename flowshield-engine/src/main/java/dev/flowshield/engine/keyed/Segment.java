package dev.flowshield.engine.keyed;

import static dev.flowshield.engine.keyed.Buckets.NOBODY;
import static dev.flowshield.engine.keyed.Buckets.NOWHERE;
import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Answer;
import dev.flowshield.engine.rate.Conversion;
import dev.flowshield.engine.rate.GivenBack;
import dev.flowshield.engine.rate.Slots;
import dev.flowshield.engine.rate.StackRoom;
import dev.flowshield.engine.rate.Waits;
import dev.flowshield.spi.RateAlgorithm;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One part of the key table, with its own lock for newcomers, growth, and whatever else is not a plain taking of a known key. */
final class Segment {
  /*
   * State, the buckets and a few numbers beside them:
   *
   *   buckets     the slots, with the algorithm that their words belong to
   *   passedOn    the latest reading at which a slot went from one owner to another
   *   used        slots that have an owner, in debt or not
   *   changes     what to add to the counts of GivenBack, for the changes of the algorithm
   *   overflowed  how often an overflow word admitted a key because no slot was free
   *
   * Invariants (of a slot: Slots, S1 to S4)
   *   K1  A key is in at most one slot: it is placed only under the lock, after a second search under the lock.
   *   K2  A word is forgotten, because its slot is passed on or not moved along, only if it is idle at a reading made under the lock. The
   *       overflow word of its key is then at or above what is idle at that reading, and a key without a slot starts from its overflow
   *       word. So a key that was forgotten and comes back owes no less than it did, even if the clock steps back in between.
   *   K3  A key without a slot owes no more than its overflow word does, and starts with that debt when it gets a slot.
   *   K4  The buckets as a whole, their overflow words and the numbers beside them are written only under the lock.
   *   K5  Buckets that are replaced have every word frozen (MOVING) first, so nothing is taken from a slot once it was copied. If they
   *       are not replaced in the end, every word is put back: owner and word are as they were, so S3 holds.
   *   K6  A word decreases only under the lock, by an undo or a refund, and not to what was idle at the reading at which a slot was last
   *       passed on: what would do so is skipped until the clock shows a later one. The fall is counted before the lock is released
   *       (S3).
   *   K7  Slots and algorithm are published together, so that no word is read as what it is not. `changes` rises after that, so
   *       that no word from before is given back to what came after (as B1 of GivenBack).
   *
   * Memory order: volatile throughout; the other numbers are plain and read under the lock too.
   */

  // At this load, 0.69, about 3 keys in 100,000 find both of their buckets full (by simulation).
  private static final double SLOTS_PER_KEY = 1.45;

  // Nothing is forgotten yet when the overflow words are set, so new keys are admitted even if the
  // clock steps back by less than this.
  private static final long HOUR = 3_600_000_000_000L;

  // By an eighth. Doubling would leave half of the memory unused at worst.
  private static final int GROWTH = 8;

  private final Ticker ticker;
  private final int overflowWords;
  private final int maxBuckets;
  private final ReentrantLock lock = new ReentrantLock();
  private final Waits waits = new Waits();

  private volatile Buckets buckets;
  private volatile long changes;
  private long passedOn;
  private int used;
  private long overflowed;

  /** A segment that begins with these buckets, which are none and may be those of others too. */
  Segment(Buckets none, Ticker ticker, int maxKeys) {
    this.ticker = ticker;
    this.overflowWords = none.overflowWords();
    this.maxBuckets = Math.max(2, (int) Math.ceil(maxKeys * SLOTS_PER_KEY / Buckets.SLOTS));
    this.buckets = none;
    this.passedOn = ticker.nanos() - 1;
  }

  Buckets buckets() {
    return buckets;
  }

  long changes() {
    return changes;
  }

  int used() {
    StackRoom.require();
    lock.lock();
    try {
      return used;
    } finally {
      lock.unlock();
    }
  }

  long overflowed() {
    StackRoom.require();
    lock.lock();
    try {
      return overflowed;
    } finally {
      lock.unlock();
    }
  }

  int capacity() {
    return maxBuckets * Buckets.SLOTS;
  }

  /** Returns once whatever moves under the lock has moved. */
  void awaitMove() {
    StackRoom.require();
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
    StackRoom.require();
    lock.lock();
    try {
      while (true) {
        Buckets current = bucketsForWriting();
        if (current.find(hash) != NOWHERE) {
          return null;
        }
        long now = now();
        long owed = owed(current, hash, now);
        long word = Slots.step(current.algorithm(), owed, now, permits);
        if (word == REJECTED) {
          return answer.rejected(current.algorithm(), owed, now, permits);
        }
        T admitted =
            answer.admitted(current.algorithm(), word, now); // before it is taken, as in Slots
        if (keep(current, hash, word, now)) {
          return admitted;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes permits of a key that had no slot a moment ago, as if it were a later time already.
   *
   * @param before what was remembered of it, in the overflow; {@link KeyTable#ABSENT} if nothing
   * @return the word after it, {@link RateAlgorithm#REJECTED}, or {@link Slots#MOVING} if the key has a slot by now, or the word before is
   *     another one
   */
  long admitNewcomerAhead(long hash, long permits, long then, long before) {
    StackRoom.require();
    lock.lock();
    try {
      while (true) {
        boolean empty = buckets.count() == 0;
        Buckets current = bucketsForWriting();
        if (current.find(hash) != NOWHERE
            || before != (empty ? KeyTable.ABSENT : current.overflowWord(hash))) {
          return Slots.MOVING;
        }
        long now = now();
        long time = then - now > 0 ? then : now; // that time may be over by now (K2)
        long word = Slots.step(current.algorithm(), owed(current, hash, now), time, permits);
        if (word == REJECTED || keep(current, hash, word, now)) {
          return word;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** At the cap, a flood of strangers is refused without the lock, and without a write. */
  private <T> @Nullable T refuseAtCap(long hash, long permits, Answer<T> answer) {
    Buckets seen = buckets;
    if (seen.count() < maxBuckets) {
      return null;
    }
    long owed = seen.overflowWord(hash);
    long now = ticker.nanos();
    return Slots.rejects(seen.algorithm(), owed, now, permits)
            && seen.find(hash) == NOWHERE
            && buckets == seen
        ? answer.rejected(seen.algorithm(), owed, now, permits)
        : null;
  }

  /**
   * Gives permits back to a key that has a slot. One that has none by now has nothing to get: all has come back by itself, or it came from
   * the overflow.
   *
   * @param before the count when they were taken
   */
  void giveBack(long hash, long taken, GivenBack counts, long before, long permits) {
    lock.lock();
    try {
      Buckets current = buckets;
      int at = current.find(hash);
      if (at == NOWHERE) {
        return;
      }
      long word;
      long next;
      do {
        word = Slots.word(current.slots(), at);
        long others = counts.of(hash) + changes - before;
        if (others < 0 || others > current.algorithm().maxPermits()) {
          return; // limits were changed, or too much was given back to know
        }
        long now = now(); // after the word: whatever else was taken is known to be older
        if (now - passedOn <= 0) {
          return; // K6
        }
        long time = waits.refundTime(hash, now);
        next = current.algorithm().giveBack(word, taken, others, time, permits);
      } while (Slots.exchange(current.slots(), at, word, next) != word);
      if (next != word) {
        Slots.countFall(current.slots());
        counts.add(hash, permits); // after the fall (B1)
      }
    } finally {
      lock.unlock();
    }
  }

  void waitUntil(long hash, long time) {
    StackRoom.require();
    lock.lock();
    try {
      waits.until(hash, time);
    } finally {
      lock.unlock();
    }
  }

  void waitOver(long hash) {
    StackRoom.require();
    lock.lock();
    try {
      waits.over(hash);
    } finally {
      lock.unlock();
    }
  }

  /** As {@link dev.flowshield.engine.rate.Allowances#undo}. */
  boolean undo(
      long hash, long before, long taken, long permits, long then, GivenBack counts, long count) {
    lock.lock();
    try {
      Buckets current = buckets;
      int at = current.find(hash);
      if (at == NOWHERE
          || counts.of(hash) + changes != count
          || before == KeyTable.ABSENT
          || Slots.step(current.algorithm(), before, then, permits) != taken) {
        return false;
      }
      long now = now();
      boolean idle = current.algorithm().isIdle(before, now);
      if (idle && now - passedOn <= 0) {
        return false; // K6
      }
      long word = idle ? current.algorithm().idle(now) : before;
      boolean undone = Slots.exchange(current.slots(), at, taken, word) == taken;
      if (undone) {
        Slots.countFall(current.slots());
      }
      return undone;
    } finally {
      lock.unlock();
    }
  }

  /** Takes permits that were used already. */
  void charge(long hash, long permits) {
    StackRoom.require();
    lock.lock();
    try {
      while (!charge(bucketsForWriting(), hash, permits)) {
        // others took from the slot, or it moved
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean charge(Buckets current, long hash, long permits) {
    int at = current.find(hash);
    long now = now();
    if (at == NOWHERE) {
      long owed = owed(current, hash, now);
      return keep(current, hash, current.algorithm().charge(owed, now, permits), now);
    }
    long word = Slots.word(current.slots(), at);
    long next = current.algorithm().charge(word, now, permits);
    return Slots.exchange(current.slots(), at, word, next) == word;
  }

  /** Forgets what a key with a slot has taken. */
  void reset(long hash, GivenBack counts) {
    StackRoom.require();
    lock.lock();
    try {
      if (buckets.find(hash) != NOWHERE) {
        rewrite(buckets.algorithm(), hash);
      }
      counts.addEverything(hash); // after, as any fall (B1)
    } finally {
      lock.unlock();
    }
  }

  /** Goes on with another algorithm, each key with its state in proportion. */
  void changeTo(RateAlgorithm next) {
    StackRoom.require();
    lock.lock();
    try {
      rewrite(next, NOBODY);
      long before = changes;
      changes = before + GivenBack.EVERYTHING; // after, as any fall (K7)
    } finally {
      lock.unlock();
    }
  }

  private long now() {
    return ticker.nanos();
  }

  private Buckets bucketsForWriting() {
    if (buckets.count() == 0) {
      Buckets first = Buckets.free(buckets.algorithm(), overflowWords, 1);
      first.overflowWords(first.algorithm().idle(now() - HOUR));
      buckets = first;
    }
    return buckets;
  }

  /** What a key without a slot owes. */
  private static long owed(Buckets current, long hash, long now) {
    long owed = current.overflowWord(hash);
    return current.algorithm().isIdle(owed, now) ? current.algorithm().idle(now) : owed;
  }

  /**
   * Keeps the first word of a key: in a slot, or at the cap, where none is free, in its overflow word.
   *
   * @return false if the segment has changed instead: look again
   */
  private boolean keep(Buckets current, long hash, long word, long now) {
    int at = current.place(hash, now);
    if (at != NOWHERE) {
      return claim(current, at, hash, word, now);
    }
    if (current.count() < maxBuckets) {
      grow(current, now);
      return false;
    }
    current.overflowWord(hash, word);
    overflowed++;
    return true;
  }

  /** Passes a free slot on to a key, unless its owner takes from it first. */
  private boolean claim(Buckets current, int at, long hash, long word, long now) {
    long[] slots = current.slots();
    long old = Slots.word(slots, at);
    boolean fresh = current.isFresh(at);
    if (!fresh) {
      if (!current.algorithm().isIdle(old, now)) {
        return false;
      }
      current.forget(Slots.fingerprint(slots, at), now); // while it is found still (K2)
      passedOn = now - passedOn > 0 ? now : passedOn;
    }
    if (Slots.exchange(slots, at, old, Slots.MOVING) != old) {
      return false;
    }
    Slots.fingerprint(slots, at, hash);
    Slots.word(slots, at, word); // above the old word, which was idle at `now` (S3)
    if (fresh) {
      used++;
    }
    return true;
  }

  /** Moves the keys that are in debt to an eighth more buckets, or as many as the cap allows. */
  private void grow(Buckets old, long now) {
    Buckets frozen = old.frozen();
    try {
      int count = Math.min(maxBuckets, old.count() + Math.max(1, old.count() / GROWTH));
      while (!moveTo(count, frozen, now)) {
        count++; // seldom, and only while there are few: a key finds no place, and nobody makes
        // room
      }
    } catch (Throwable failure) { // no memory, say: thaw, or all who come would wait for ever
      old.thaw(frozen, frozen.slots().length);
      throw failure;
    }
  }

  private boolean moveTo(int count, Buckets frozen, long now) {
    Buckets next = Buckets.free(frozen.algorithm(), overflowWords, count);
    next.overflowWords(frozen);
    int moved = 0;
    for (int from = frozen.firstSlot(); from < frozen.slots().length; from += 2) {
      long hash = Slots.fingerprint(frozen.slots(), from);
      if (frozen.isFree(from, now)) {
        if (hash != NOBODY) {
          next.forget(hash, now);
        }
        continue;
      }
      long word = Slots.word(frozen.slots(), from);
      int to = next.place(hash, now);
      if (to != NOWHERE) {
        next.put(to, hash, word);
      } else if (!next.putByMovingAnother(hash, word, now)) {
        return false;
      }
      moved++;
    }
    used = moved;
    buckets = next;
    return true;
  }

  /** Replaces the buckets by others with the same slots, so that no thread which has read the old ones can still take from them. */
  private void rewrite(RateAlgorithm algorithm, long forgotten) {
    Buckets old = buckets;
    if (old.count() == 0) {
      buckets = Buckets.none(algorithm, overflowWords);
      return;
    }
    Buckets frozen = old.frozen();
    try {
      Buckets next = Buckets.free(algorithm, overflowWords, old.count());
      Conversion conversion = new Conversion(old.algorithm(), algorithm);
      long now = now();
      next.overflowWords(frozen, conversion, now);
      for (int at = frozen.firstSlot(); at < frozen.slots().length; at += 2) {
        long hash = Slots.fingerprint(frozen.slots(), at);
        long word = Slots.word(frozen.slots(), at);
        if (hash != NOBODY) {
          Slots.fingerprint(next.slots(), at, hash);
          Slots.word(
              next.slots(),
              at,
              hash == forgotten ? algorithm.idle(now) : conversion.word(word, now));
        }
      }
      buckets = next;
    } catch (Throwable failure) { // as in growth
      old.thaw(frozen, frozen.slots().length);
      throw failure;
    }
  }
}
