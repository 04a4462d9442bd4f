package dev.flowshield.engine.keyed;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.Allowance;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.allowance.Ledger;
import dev.flowshield.engine.allowance.StackRoom;
import dev.flowshield.engine.allowance.Words;
import dev.flowshield.spi.RateAlgorithm;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An allowance for each key, in bounded memory that never forgives.
 *
 * <ul>
 *   <li>A key whose allowance is full again is the same as one never seen. So its slot is free for
 *       the next key that needs one, without a timer and without a sweep, and nothing is forgotten.
 *   <li>The table starts almost empty and grows, one of its segments at a time, up to its cap.
 *   <li>At the cap, a key that finds no slot takes from one of about a thousand shared overflow
 *       allowances. A key in debt never loses its slot, and one that moves from the overflow to a
 *       slot takes the overflow's debt along: a full table makes newcomers share, it makes no
 *       limit wider.
 * </ul>
 *
 * <p>Keys are not stored. A strong hash with a secret seed stands for them; all of its 64 bits are
 * compared, so that among a million live keys the chance of any two being taken for one is about 3
 * in 100 million.
 *
 * <p>Thread-safe and exact: no interleaving of hits, newcomers and growth admits more than the
 * limit. A known key costs one exchange and no lock; a newcomer and the growth of a segment take
 * the segment's lock. A rejection writes nothing, known key or not, and reads the clock twice.
 */
public final class KeyTable implements Allowance {

  /** The mark for a key that has no slot and nothing to inherit. Odd, so it is no word. */
  private static final long ABSENT = 3L;

  private static final int MOST_SEGMENTS = 128;
  private static final int LEAST_KEYS_PER_SEGMENT = 64;
  private static final int OVERFLOW_WORDS = 1024;
  private static final int MOST_REFUND_SHARES = 1 << 16;

  // One secret for all tables, so that a key which is held to several limits is hashed once.
  private static final SipHash HASH = SipHash.seeded();

  private static final Segment[] NONE_YET = {};

  private final Ticker ticker;
  private final int maxKeys;
  private final ReentrantLock lock = new ReentrantLock(); // of the two below
  private volatile Segment[] segments = NONE_YET; // until the first key comes
  private volatile RateAlgorithm algorithm;

  /** A table with room for {@code maxKeys} keys at a time. It takes its memory as keys come. */
  public KeyTable(RateAlgorithm algorithm, Ticker ticker, int maxKeys) {
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
    Buckets none = Buckets.none(algorithm, OVERFLOW_WORDS / count);
    int shares = Math.min(MOST_REFUND_SHARES, Integer.highestOneBit(maxKeys)) / count;
    Segment[] made = new Segment[count];
    Arrays.setAll(made, i -> new Segment(none, ticker, keysPerSegment(), shares));
    return made;
  }

  private int segmentCount() {
    return Math.min(
        MOST_SEGMENTS, Integer.highestOneBit(Math.max(1, maxKeys / LEAST_KEYS_PER_SEGMENT)));
  }

  private int keysPerSegment() {
    return (maxKeys + segmentCount() - 1) / segmentCount();
  }

  /** What stands for a key, in this and all other tables; never 0. */
  public static long hashOf(String key) {
    long code = HASH.hash(key);
    return code == Buckets.NOBODY ? 1 : code;
  }

  @Override
  public boolean tryTake(long hash, long permits) {
    return take(hash, permits, AnswerFactory.YES_OR_NO);
  }

  /**
   * As declared. The clock is read before the table is touched: the processor waits at the clock
   * for all that came before it, so a slot that has to come from memory would hold up everything
   * after it as well. By so old a reading a key can be admitted, but not rejected; a
   * rejection is judged again.
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
      segment
          .awaitMove(); // the slot changes hands or house at this moment, under the segment's lock
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
   * The word that a key goes by: its own, or that of the overflow it would start from, or
   * {@link #ABSENT} if there is none yet; {@link Words#MOVING} if its slot changes hands or house
   * at this moment.
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
   * As declared; one segment after the other, each for a moment as when it grows. One change at a
   * time. If one fails, those before it go back to what they were.
   */
  @Override
  public void changeTo(RateAlgorithm next) {
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

  /**
   * Lets keys begin with nothing: each key, seen or not, is as if it had taken the whole burst now.
   * For a table without keys.
   */
  public void startEmpty() {
    long now = ticker.nanos();
    for (Segment segment : segments.length == 0 ? begin() : segments) {
      segment.startEmpty(now);
    }
  }

  /** What the words of its keys mean now. */
  public RateAlgorithm algorithm() {
    return algorithm;
  }

  @Override
  public long burst() {
    return algorithm.burst();
  }

  /**
   * Keys that have a slot of their own, those included whose allowance is full again and whose slot
   * no key needed since.
   */
  public long tracked() {
    long sum = 0;
    for (Segment segment : segments) {
      sum += segment.used();
    }
    return sum;
  }

  /** How many keys it has room for, as was asked. */
  public int maxKeys() {
    return maxKeys;
  }

  /**
   * How many slots there are at most: somewhat more than the keys promised room, so that those find
   * it.
   */
  public long capacity() {
    return (long) segmentCount() * Segment.capacity(keysPerSegment());
  }

  /** How often a key was admitted from an allowance that it shares, since no slot was free. */
  public long overflowed() {
    long sum = 0;
    for (Segment segment : segments) {
      sum += segment.overflowed();
    }
    return sum;
  }

  private Segment segment(long hash) {
    Segment[] known = segments;
    Segment[] all = known.length == 0 ? begin() : known;
    return all[(int) (hash >>> 56) & (all.length - 1)];
  }
}
