package dev.flowshield.engine.keyed;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.Allowance;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.allowance.Ledger;
import dev.flowshield.engine.allowance.Words;
import dev.flowshield.spi.RateAlgorithm;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An allowance for each key, in bounded memory that never forgives.
 *
 * <ul>
 *   <li>A key whose allowance is full again is equivalent to one never seen. So its slot is free
 *       for the next key that needs one, without a timer or a sweep, and no debt is lost.
 *   <li>The table starts almost empty and grows, one of its segments at a time, up to its cap.
 *   <li>At the cap, a key that finds no slot takes from one of about a thousand shared overflow
 *       allowances. A key in debt never loses its slot, and a key that moves from the overflow to a
 *       slot takes the overflow's debt along. So a full table makes new keys share an allowance; it
 *       never widens a limit.
 * </ul>
 *
 * <p>Keys are not stored, but identified by the 64 bits of a hash with a secret seed. Among a
 * million live keys, the probability that any two have the same hash is about 3 in 100 million.
 *
 * <p>Thread-safe and exact: no interleaving of known keys, new keys and growth admits more than the
 * limit. A known key costs one CAS and no lock; a new key and the growth of a segment take the
 * segment's lock. A rejection writes nothing, whether or not the key is known, and reads the clock
 * twice.
 */
public final class KeyTable implements Allowance {

  private static final int MOST_SEGMENTS = 128;
  private static final int LEAST_KEYS_PER_SEGMENT = 64;
  private static final int MOST_REFUND_SHARES = 1 << 16;

  private static final Segment[] NONE_YET = {};

  /**
   * In place of a word: the key has no slot, and there is no overflow word to start from. Odd, as
   * no word is.
   */
  private static final long ABSENT = 3L;

  private final Ticker ticker;
  private final int maxKeys;
  private final Occupancy occupancy = new Occupancy();
  private final ReentrantLock lock = new ReentrantLock(); // guards writes of the two below
  private volatile Segment[] segments = NONE_YET; // until the first key comes
  private volatile RateAlgorithm algorithm;

  /** A table with room for {@code maxKeys} keys at a time. It takes its memory as keys come. */
  public KeyTable(RateAlgorithm algorithm, Ticker ticker, int maxKeys) {
    this.algorithm = algorithm;
    this.ticker = ticker;
    this.maxKeys = maxKeys;
  }

  /** Returns the hash of a key, in this and all other tables; never 0. */
  public static long hashOf(String key) {
    return KeyHash.of(key);
  }

  /** Returns the part that a key belongs to. */
  private Segment segment(long hash) {
    Segment[] known = segments;
    Segment[] all = known.length == 0 ? begin() : known;
    return all[Overflow.segment(all.length, hash)];
  }

  @Override
  public boolean tryTake(long hash, long permits) {
    return take(hash, permits, AnswerFactory.YES_OR_NO);
  }

  /**
   * Takes permits. The clock is read before the table: reading it waits for all loads before it, so
   * a slot that has to come from memory would delay everything after the clock as well. By so old a
   * reading a key can be admitted but not rejected, so a rejection is judged again.
   */
  @Override
  public <T> T take(long hash, long permits, AnswerFactory<T> answer) {
    long now = ticker.nanos();
    Buckets buckets = segment(hash).buckets();
    int at = buckets.find(hash);
    T taken = at == Buckets.NOWHERE ? null : buckets.tryTake(at, hash, now, permits, answer);
    return taken != null ? taken : takeCarefully(hash, permits, answer);
  }

  @Override
  public long take(long hash, long permits, long now) {
    Buckets buckets = segment(hash).buckets();
    int at = buckets.find(hash);
    long taken = at == Buckets.NOWHERE ? REJECTED : buckets.tryTake(at, hash, now, permits);
    return taken != REJECTED && taken != Words.MOVING
        ? taken
        : takeCarefully(hash, permits, AnswerFactory.WORD);
  }

  private <T> T takeCarefully(long hash, long permits, AnswerFactory<T> answer) {
    Segment segment = segment(hash);
    while (true) {
      Buckets buckets = segment.buckets();
      int at = buckets.find(hash);
      T result = at == Buckets.NOWHERE
          ? segment.admitNewcomer(hash, permits, answer)
          : buckets.take(at, hash, ticker, permits, answer);
      if (result != null) {
        return result;
      }
      // The slot is changing its owner or its array, under the segment's lock.
      segment.awaitMove();
    }
  }

  @Override
  public long remaining(long hash, long now) {
    Segment segment = segment(hash);
    while (true) {
      Buckets buckets = segment.buckets();
      long word = word(buckets, hash);
      if (word != Words.MOVING) {
        return word == ABSENT
            ? buckets.algorithm().burst()
            : buckets.algorithm().remaining(word, now);
      }
      segment.awaitMove();
    }
  }

  @Override
  public long retryAfterNanos(long hash, long permits, long now) {
    Segment segment = segment(hash);
    while (true) {
      Buckets buckets = segment.buckets();
      long word = word(buckets, hash);
      if (word != Words.MOVING) {
        RateAlgorithm current = buckets.algorithm();
        long known = word == ABSENT ? current.idle(now) : word;
        return Words.rejects(current, known, now, permits)
            ? current.retryAfterNanos(known, now, permits)
            : 0;
      }
      segment.awaitMove();
    }
  }

  /**
   * Returns the word that counts for a key: its own, or the overflow word that it would start from,
   * or {@link #ABSENT} if there is no word yet; {@link Words#MOVING} if its slot is changing its
   * owner or its array.
   */
  private static long word(Buckets buckets, long hash) {
    if (buckets.count() == 0) {
      return ABSENT;
    }
    int at = buckets.find(hash);
    if (at == Buckets.NOWHERE) {
      return buckets.overflowWord(hash);
    }
    long word = buckets.word(at);
    return buckets.fingerprint(at) == hash ? word : Words.MOVING;
  }

  @Override
  public Ledger ledger(long hash) {
    return segment(hash);
  }

  /**
   * Lets keys begin without permits: each key counts as if it had taken the whole burst now. For a
   * table without keys.
   */
  public void startEmpty() {
    long now = ticker.nanos();
    long spent = algorithm().step(algorithm().idle(now), now, algorithm().burst());
    for (int bits = 0; bits < Overflow.WORDS; bits++) {
      raiseOverflow(Overflow.hash(segmentCount(), bits), spent);
    }
  }

  /** Raises the debt of the keys without a slot that share an overflow word with this one. */
  public void raiseOverflow(long hash, long least) {
    segment(hash).raiseOverflow(hash, least);
  }

  /**
   * Returns the overflow word of a key: the debt of keys without a slot; an idle word if
   * nothing.
   */
  public long overflowWord(long hash) {
    Buckets buckets = segment(hash).buckets();
    return buckets.count() == 0
        ? buckets.algorithm().idle(ticker.nanos())
        : buckets.overflowWord(hash);
  }

  @Override
  public void raise(long hash, long least) {
    segment(hash).raise(hash, least);
  }

  @Override
  public long word(long hash, long now) {
    Segment segment = segment(hash);
    while (true) {
      Buckets buckets = segment.buckets();
      long word = word(buckets, hash);
      if (word != Words.MOVING) {
        return word == ABSENT ? buckets.algorithm().idle(now) : word;
      }
      segment.awaitMove();
    }
  }

  /**
   * Returns the keys in debt in one part of the table: hash, word, hash, word, and so on.
   *
   * @param part below {@link #segmentCount}
   */
  public long[] owing(int part) {
    Segment[] all = segments;
    return all.length == 0 ? new long[0] : all[part].owing();
  }

  @Override
  public long burst() {
    return algorithm().burst();
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
    Arrays.setAll(made, i -> new Segment(none, ticker, keysPerSegment(), shares, occupancy));
    return made;
  }

  /** Returns the number of its parts, each with its share of the overflow words. */
  public int segmentCount() {
    return Math.min(
        MOST_SEGMENTS, Integer.highestOneBit(Math.max(1, maxKeys / LEAST_KEYS_PER_SEGMENT)));
  }

  private int keysPerSegment() {
    return (maxKeys + segmentCount() - 1) / segmentCount();
  }

  /**
   * Changes one segment after the other, each for a moment as when it grows. One change at a
   * time. If a segment fails, those before it are changed back.
   */
  @Override
  public void changeTo(RateAlgorithm next) {
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

  @Override
  public RateAlgorithm algorithm() {
    return algorithm;
  }

  /**
   * Returns the keys that have a slot, including those whose allowance is full again and whose slot
   * no other key has needed since.
   */
  public long tracked() {
    return occupancy.used();
  }

  /** Returns the number of keys that it was asked to have room for. */
  public int maxKeys() {
    return maxKeys;
  }

  /**
   * Returns the slots that the table grows to: somewhat more than {@link #maxKeys}, so that this
   * many keys do find a slot. In a table of few keys, one in about a thousand segments takes a
   * bucket of eight slots more, because a key in debt would find no place otherwise.
   */
  public long capacity() {
    return (long) segmentCount() * Segment.capacity(keysPerSegment());
  }

  /** Returns how often a key was admitted from a shared allowance because no slot was free. */
  public long overflowed() {
    return occupancy.overflowed();
  }
}
