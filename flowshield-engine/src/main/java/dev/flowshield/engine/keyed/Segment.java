package dev.flowshield.engine.keyed;

import static dev.flowshield.engine.keyed.Buckets.NOWHERE;
import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.allowance.Ledger;
import dev.flowshield.engine.allowance.WordUpdate;
import dev.flowshield.engine.allowance.Words;
import dev.flowshield.spi.RateAlgorithm;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One part of the key table, with its own lock for new keys, growth, and every operation other than
 * a plain taking by a known key.
 */
final class Segment extends Ledger {
  /*
   * State:
   *
   *   buckets  the slots, with the algorithm that their words belong to
   *   used     slots that have an owner, in debt or not; a part of the count of the whole table
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
   *   K4  The buckets as a whole, their overflow words and the count are written only under the
   *       lock, and the count is read only under it.
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

  private final Ticker ticker;
  private final int overflowWords;
  private final int maxBuckets;

  private final Occupancy occupancy;

  private volatile Buckets buckets;
  private int used; // K4

  /** A segment without keys, which begins with buckets that other segments may share. */
  Segment(Buckets none, Ticker ticker, int maxKeys, int refundShares, Occupancy occupancy) {
    super(refundShares);
    this.ticker = ticker;
    this.occupancy = occupancy;
    this.overflowWords = none.overflowWords();
    this.maxBuckets = maxBuckets(maxKeys);
    this.buckets = none;
  }

  Buckets buckets() {
    return buckets;
  }

  private static int maxBuckets(int maxKeys) {
    return Math.max(2, (int) Math.ceil(maxKeys * SLOTS_PER_KEY / Buckets.SLOTS));
  }

  /** Returns the number of slots in a segment for this many keys, once it is fully grown. */
  static int capacity(int maxKeys) {
    return maxBuckets(maxKeys) * Buckets.SLOTS;
  }

  /** Returns once the thread that moves slots under the lock has released it. */
  void awaitMove() {
    awaitUnlock();
  }

  /**
   * Takes permits of a key that had no slot a moment ago.
   *
   * @return the answer, or null if it has a slot by now
   */
  <T> @Nullable T admitNewcomer(long hash, long permits, AnswerFactory<T> answer) {
    T rejected = rejectAtCap(hash, permits, answer);
    if (rejected != null) {
      return rejected;
    }
    lock();
    try {
      while (true) {
        Buckets current = bucketsForWriting();
        if (current.find(hash) != NOWHERE) {
          return null;
        }
        long now = ticker.nanos();
        long owed = owed(current, hash, now);
        long word = Words.step(current.algorithm(), owed, now, permits);
        if (word == REJECTED) {
          return answer.rejected(current.algorithm(), owed, now, permits);
        }
        T admitted =
            answer.admitted(current.algorithm(), word, now); // before the taking, as in Words
        if (keep(current, hash, word, now)) {
          return admitted;
        }
      }
    } finally {
      unlock();
    }
  }

  /** Rejects unknown keys at the cap, without the lock and without a write; null if not at it. */
  private <T> @Nullable T rejectAtCap(long hash, long permits, AnswerFactory<T> answer) {
    Buckets seen = buckets;
    if (seen.count() < maxBuckets) {
      return null;
    }
    long owed = seen.overflowWord(hash);
    long now = ticker.nanos();
    return Words.rejects(seen.algorithm(), owed, now, permits)
            && seen.find(hash) == NOWHERE
            && buckets == seen
        ? answer.rejected(seen.algorithm(), owed, now, permits)
        : null;
  }

  @Override
  protected boolean rewriteOwn(long hash, WordUpdate rewrite) {
    int at = buckets.find(hash);
    return at != NOWHERE && buckets.rewrite(at, ticker, rewrite);
  }

  @Override
  protected boolean rewrite(long hash, WordUpdate rewrite) {
    while (true) {
      Buckets current = bucketsForWriting();
      int at = current.find(hash);
      if (at != NOWHERE) {
        return current.rewrite(at, ticker, rewrite);
      }
      long now = ticker.nanos();
      long owed = owed(current, hash, now);
      long word = rewrite.next(current.algorithm(), owed, now);
      if (word - owed <= 0) { // K3
        return false;
      }
      if (keep(current, hash, word, now)) {
        return true;
      }
    }
  }

  /**
   * Lowers the debt of a key. A key without a slot may be in debt, as every new key is if keys
   * begin without permits. It gets a slot if there is one. There it owes at least one permit,
   * because a slot that owes nothing is free.
   */
  @Override
  protected boolean lower(long hash, WordUpdate rewrite) {
    while (buckets.count() > 0 && buckets.find(hash) == NOWHERE) {
      Buckets current = buckets;
      RateAlgorithm algorithm = current.algorithm();
      long now = ticker.nanos();
      long owed = owed(current, hash, now);
      long word = rewrite.next(algorithm, owed, now);
      long least = algorithm.step(algorithm.idle(now), now, 1);
      if (owed - least <= 0) {
        return false;
      }
      int at = current.place(hash, now);
      if (at != NOWHERE) {
        if (claim(current, at, hash, word - least > 0 ? word : least, now)) {
          return true;
        }
      } else if (current.count() < maxBuckets) {
        grow(now);
      } else {
        return false;
      }
    }
    return rewriteOwn(hash, rewrite);
  }

  /**
   * Raises the debt of a key to at least that of a word, in a slot or, at the cap, in the overflow.
   */
  void raise(long hash, long least) {
    lock();
    try {
      boolean done = false;
      while (!done) {
        Buckets current = bucketsForWriting();
        long now = ticker.nanos();
        int at = current.find(hash);
        if (at != NOWHERE) {
          current.rewrite(at, ticker, (algorithm, word, time) -> Words.later(word, least));
          done = true;
        } else {
          done = current.algorithm().isIdle(least, now)
              || keep(current, hash, Words.later(least, owed(current, hash, now)), now);
        }
      }
    } finally {
      unlock();
    }
  }

  /** Raises the debt of the keys without a slot that share an overflow word with this one. */
  void raiseOverflow(long hash, long least) {
    lock();
    try {
      Buckets current = bucketsForWriting();
      current.overflowWord(hash, Words.later(current.overflowWord(hash), least));
    } finally {
      unlock();
    }
  }

  /** Returns the keys in debt: hash, word, hash, word, and so on. */
  long[] owing() {
    lock();
    try {
      Buckets current = buckets;
      long now = ticker.nanos();
      long[] owing = new long[2 * current.countOwned()];
      int count = 0;
      for (int at = current.firstSlot(); at < current.end(); at += 2) {
        long word = current.word(at);
        if (!current.isFresh(at) && !current.algorithm().isIdle(word, now)) {
          owing[count++] = current.fingerprint(at);
          owing[count++] = word;
        }
      }
      return Arrays.copyOf(owing, count);
    } finally {
      unlock();
    }
  }

  @Override
  protected void renew(long hash) {
    rewriteOwn(hash, (algorithm, word, now) -> algorithm.idle(now));
  }

  @Override
  protected void gather() {
    // all permits of a key are in its word already
  }

  /** Changes to another algorithm. The state of each key is kept in proportion. */
  void changeTo(RateAlgorithm next) {
    lock();
    try {
      if (buckets.count() == 0) {
        buckets = Buckets.none(next, overflowWords);
      } else {
        replace(frozen -> frozen.converted(next, ticker.nanos()));
      }
      beginEpoch();
    } finally {
      unlock();
    }
  }

  private Buckets bucketsForWriting() {
    if (buckets.count() == 0) {
      Buckets first = Buckets.free(buckets.algorithm(), overflowWords, 1);
      first.overflowWords(first.algorithm().idle(ticker.nanos() - HOUR));
      buckets = first;
    }
    return buckets;
  }

  /** Returns the debt of a key without a slot. */
  private static long owed(Buckets current, long hash, long now) {
    long owed = current.overflowWord(hash);
    return current.algorithm().isIdle(owed, now) ? current.algorithm().idle(now) : owed;
  }

  /**
   * Stores the first word of a key, in a slot or, at the cap, in the overflow; false if the key has
   * to be looked up again.
   */
  private boolean keep(Buckets current, long hash, long word, long now) {
    int at = current.place(hash, now);
    if (at != NOWHERE) {
      return claim(current, at, hash, word, now);
    }
    if (current.count() < maxBuckets) {
      grow(now);
      return false;
    }
    current.overflowWord(hash, word);
    occupancy.countOverflowed();
    return true;
  }

  /** Gives a free slot to a key, unless the slot's owner takes from it first. */
  private boolean claim(Buckets current, int at, long hash, long word, long now) {
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
      addUsed(1);
    }
    return true;
  }

  /** Replaces the buckets by a function of a copy, which freezes them first (K5). */
  private void replace(UnaryOperator<Buckets> next) {
    Buckets old = buckets;
    Buckets frozen = old.frozen();
    try {
      buckets = next.apply(frozen);
    } catch (Throwable failure) { // such as no memory: thaw, or all callers would wait indefinitely
      old.thaw(frozen);
      throw failure;
    }
  }

  private void grow(long now) {
    replace(frozen -> {
      Buckets next = Growth.grown(frozen, maxBuckets, now);
      addUsed(next.countOwned() - used);
      return next;
    });
  }

  private void addUsed(int slots) {
    used += slots;
    occupancy.addUsed(slots);
  }
}
