package dev.flowshield.engine.keyed;

import static dev.flowshield.engine.keyed.Buckets.NOWHERE;
import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.allowance.Ledger;
import dev.flowshield.engine.allowance.Rewrite;
import dev.flowshield.engine.allowance.Words;
import dev.flowshield.spi.RateAlgorithm;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One part of the key table, with its own lock for newcomers, growth, and whatever else is not a
 * plain taking of a known key.
 */
final class Segment extends Ledger {
  /*
   * State, the buckets and a few numbers beside them:
   *
   *   buckets     the slots, with the algorithm that their words belong to
   *   used        slots that have an owner, in debt or not
   *   overflowed  how often an overflow word admitted a key because no slot was free
   *
   * Invariants (of a slot: Words, S1 to S5)
   *   K1  A key is in at most one slot: it is placed only under the lock, after a search there.
   *   K2  A word is forgotten, because its slot is passed on or not moved along, only if it is idle
   *       at a reading made under the lock. The overflow word of its key is then at or above what
   *       is idle at that reading, and a key without a slot starts from its overflow word. So a key
   *       that was forgotten and comes back owes no less than it did, even if the clock steps back
   *       in between.
   *   K3  A key without a slot owes no more than its overflow word does, and starts with that debt
   *       when it gets a slot. Overflow words never decrease.
   *   K4  The buckets as a whole, their overflow words and the numbers beside them are written only
   *       under the lock.
   *   K5  Buckets that are replaced are frozen first (S5). If they are not replaced in the end,
   *       every word is put back: owner and word are as they were, so S3 holds.
   *
   * Memory order: volatile throughout.
   */

  // At this load, 0.69, about 3 keys in 100,000 find both of their buckets full (by simulation).
  private static final double SLOTS_PER_KEY = 1.45;

  // Nothing is forgotten yet when the overflow words are set, so new keys are admitted even if the
  // clock steps back by less than this.
  private static final long HOUR = 3_600_000_000_000L;

  private final Ticker ticker;
  private final int overflowWords;
  private final int maxBuckets;

  private volatile Buckets buckets;
  private volatile int used;
  private volatile long overflowed;

  /** A segment without keys, which begins with buckets that other segments may share. */
  Segment(Buckets none, Ticker ticker, int maxKeys, int refundShares) {
    super(refundShares);
    this.ticker = ticker;
    this.overflowWords = none.overflowWords();
    this.maxBuckets = maxBuckets(maxKeys);
    this.buckets = none;
  }

  Buckets buckets() {
    return buckets;
  }

  int used() {
    return used;
  }

  long overflowed() {
    return overflowed;
  }

  private static int maxBuckets(int maxKeys) {
    return Math.max(2, (int) Math.ceil(maxKeys * SLOTS_PER_KEY / Buckets.SLOTS));
  }

  /** How many slots a segment for so many keys has once it is fully grown. */
  static int capacity(int maxKeys) {
    return maxBuckets(maxKeys) * Buckets.SLOTS;
  }

  /** Returns once whatever moves under the lock has moved. */
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
            answer.admitted(current.algorithm(), word, now); // before it is taken, as in Words
        if (keep(current, hash, word, now)) {
          return admitted;
        }
      }
    } finally {
      unlock();
    }
  }

  /** At the cap, a flood of strangers is rejected without the lock, and without a write. */
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
  protected boolean rewriteOwn(long hash, Rewrite rewrite) {
    int at = buckets.find(hash);
    return at != NOWHERE && buckets.rewrite(at, ticker, rewrite);
  }

  @Override
  protected boolean rewrite(long hash, Rewrite rewrite) {
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
   * A key without a slot that owes something, as new keys do where all begin with nothing, gets a
   * slot if there is one. There it owes a permit at least, as a slot that owes nothing is free.
   */
  @Override
  protected boolean lower(long hash, Rewrite rewrite) {
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

  /** Lets new keys begin with nothing, before the first one comes. */
  void startEmpty(long now) {
    lock();
    try {
      Buckets first = bucketsForWriting();
      RateAlgorithm algorithm = first.algorithm();
      first.overflowWords(algorithm.step(algorithm.idle(now), now, algorithm.burst()));
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
    // all permits of a key are in its word
  }

  /** Goes on with another algorithm, each key with its state in proportion. */
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

  /** What a key without a slot owes. */
  private static long owed(Buckets current, long hash, long now) {
    long owed = current.overflowWord(hash);
    return current.algorithm().isIdle(owed, now) ? current.algorithm().idle(now) : owed;
  }

  /** Keeps the first word of a key, in a slot or at last in the overflow; false: look again. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // K4
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
    overflowed++;
    return true;
  }

  /** Passes a free slot on to a key, unless its owner takes from it first. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // K4
  private boolean claim(Buckets current, int at, long hash, long word, long now) {
    long old = current.word(at);
    boolean fresh = current.isFresh(at);
    if (!fresh) {
      if (!current.algorithm().isIdle(old, now)) {
        return false;
      }
      current.forget(current.fingerprint(at), now); // while it is found still (K2)
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

  /** Replaces the buckets by what becomes of a copy; the old ones are frozen first (K5). */
  private void replace(UnaryOperator<Buckets> next) {
    Buckets old = buckets;
    Buckets frozen = old.frozen();
    try {
      buckets = next.apply(frozen);
    } catch (Throwable failure) { // no memory, say: thaw, or all callers would wait without end
      old.thaw(frozen, frozen.end());
      throw failure;
    }
  }

  private void grow(long now) {
    replace(frozen -> {
      Buckets next = Growth.grown(frozen, maxBuckets, now);
      used = next.countOwned();
      return next;
    });
  }
}
