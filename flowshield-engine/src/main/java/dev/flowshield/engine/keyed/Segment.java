package dev.flowshield.engine.keyed;

import static dev.flowshield.engine.keyed.Buckets.NOWHERE;
import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.allowance.WordUpdate;
import dev.flowshield.engine.allowance.Words;
import dev.flowshield.spi.RateAlgorithm;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One part of the key table, with its own lock for new keys, growth, and every other operation but
 * a plain taking by a known key.
 */
final class Segment extends Slots {

  /** A segment without keys, which begins with buckets that other segments may share. */
  Segment(Buckets none, Ticker ticker, int maxKeys, int refundShares) {
    super(none, ticker, maxKeys, refundShares);
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

  /** At the cap, a flood of unknown keys is rejected without the lock and without a write. */
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
   * A key without a slot may be in debt, as every new key is where keys begin without permits. It
   * gets a slot if there is one. There it owes at least one permit, as a slot that owes nothing is
   * free.
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

  /** The keys in debt: hash, word, hash, word, and so on. */
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
}
