package dev.flowshield.engine.keyed;

import static dev.flowshield.engine.keyed.Buckets.NOWHERE;

import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.Ledger;
import dev.flowshield.engine.allowance.Words;
import java.util.function.UnaryOperator;

/** The state of a segment, and how a key gets a slot in it: by a free slot, or by growth. */
abstract class Slots extends Ledger {
  /*
   * State, the buckets and a few numbers beside them:
   *
   *   buckets     the slots, with the algorithm that their words belong to
   *   used        slots that have an owner, in debt or not
   *   overflowed  how often an overflow word admitted a key because no slot was free
   *
   * Invariants (of a slot: Words, S1 to S5)
   *   K1  A key is in at most one slot: it is placed only under the lock, after a search under the
   *       lock.
   *   K2  A word is dropped, because its slot gets another owner or growth leaves it behind, only
   *       if it is idle at a reading made under the lock. The overflow word of its key is then at
   *       least the idle word of that reading, and a key without a slot starts from its overflow
   *       word. So a key that was dropped and returns owes no less than before, even if the clock
   *       steps back in between.
   *   K3  A key without a slot owes no more than its overflow word does, and starts with that debt
   *       when it gets a slot. Overflow words never decrease.
   *   K4  The buckets as a whole, their overflow words and the numbers beside them are written only
   *       under the lock.
   *   K5  Buckets are frozen before they are replaced (S5). If the replacement fails, every word is
   *       restored: owner and word are as they were, so S3 holds.
   *
   * Memory order: volatile throughout.
   */

  // At this load, 0.69, about 3 keys in 100,000 find both of their buckets full (by simulation).
  private static final double SLOTS_PER_KEY = 1.45;

  // No key has been dropped when the overflow words are set, so new keys are admitted even if the
  // clock steps back by less than this.
  private static final long HOUR = 3_600_000_000_000L;

  final Ticker ticker;
  final int overflowWords;
  final int maxBuckets;

  volatile Buckets buckets;
  private volatile int used;
  private volatile long overflowed;

  /** No slots yet. Begins with buckets that other segments may share. */
  Slots(Buckets none, Ticker ticker, int maxKeys, int refundShares) {
    super(refundShares);
    this.ticker = ticker;
    this.overflowWords = none.overflowWords();
    this.maxBuckets = maxBuckets(maxKeys);
    this.buckets = none;
  }

  final Buckets buckets() {
    return buckets;
  }

  final int used() {
    return used;
  }

  final long overflowed() {
    return overflowed;
  }

  private static int maxBuckets(int maxKeys) {
    return Math.max(2, (int) Math.ceil(maxKeys * SLOTS_PER_KEY / Buckets.SLOTS));
  }

  /** The number of slots in a segment for this many keys, once it is fully grown. */
  static int capacity(int maxKeys) {
    return maxBuckets(maxKeys) * Buckets.SLOTS;
  }

  final Buckets bucketsForWriting() {
    if (buckets.count() == 0) {
      Buckets first = Buckets.free(buckets.algorithm(), overflowWords, 1);
      first.overflowWords(first.algorithm().idle(ticker.nanos() - HOUR));
      buckets = first;
    }
    return buckets;
  }

  /** What a key without a slot owes. */
  static long owed(Buckets current, long hash, long now) {
    long owed = current.overflowWord(hash);
    return current.algorithm().isIdle(owed, now) ? current.algorithm().idle(now) : owed;
  }

  /**
   * Stores the first word of a key, in a slot or, at the cap, in the overflow; false if the key has
   * to be looked up again.
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // K4
  final boolean keep(Buckets current, long hash, long word, long now) {
    int at = current.place(hash, now);
    if (at != NOWHERE) {
      return claim(current, at, hash, word, now);
    }
    if (current.count() < maxBuckets) {
      grow(now);
      return false;
    }
    current.overflowWord(hash, word);
    overflowed++;
    return true;
  }

  /** Gives a free slot to a key, unless the slot's owner takes from it first. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // K4
  final boolean claim(Buckets current, int at, long hash, long word, long now) {
    long old = current.word(at);
    boolean fresh = current.isFresh(at);
    if (!fresh) {
      if (!current.algorithm().isIdle(old, now)) {
        return false;
      }
      current.forget(current.fingerprint(at), now); // while its slot is still its own (K2)
    }
    if (current.exchange(at, old, Words.MOVING) != old) {
      return false;
    }
    current.fingerprint(at, hash);
    current.word(at, word); // above the old word, which was idle at `now` (S3)
    if (fresh) {
      used++;
    }
    return true;
  }

  /** Replaces the buckets by a function of a copy, which freezes them first (K5). */
  final void replace(UnaryOperator<Buckets> next) {
    Buckets old = buckets;
    Buckets frozen = old.frozen();
    try {
      buckets = next.apply(frozen);
    } catch (Throwable failure) { // such as no memory: thaw, or all callers would wait indefinitely
      old.thaw(frozen);
      throw failure;
    }
  }

  final void grow(long now) {
    replace(frozen -> {
      Buckets next = Growth.grown(frozen, maxBuckets, now);
      used = next.countOwned();
      return next;
    });
  }
}
