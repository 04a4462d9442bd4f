package dev.flowshield.engine.keyed;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.allowance.Allowance;
import dev.flowshield.engine.allowance.AnswerFactory;
import dev.flowshield.engine.allowance.Ledger;
import dev.flowshield.engine.allowance.Words;
import dev.flowshield.spi.RateAlgorithm;

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
public final class KeyTable extends Segments implements Allowance {

  /** The mark for a key that has no slot and nothing to inherit. Odd, so it is no word. */
  private static final long ABSENT = 3L;

  /** A table with room for {@code maxKeys} keys at a time. It takes its memory as keys come. */
  public KeyTable(RateAlgorithm algorithm, Ticker ticker, int maxKeys) {
    super(algorithm, ticker, maxKeys);
  }

  /** What stands for a key, in this and all other tables; never 0. */
  public static long hashOf(String key) {
    return KeyHash.of(key);
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
   * Lets keys begin with nothing: each key, seen or not, is as if it had taken the whole burst now.
   * For a table without keys.
   */
  public void startEmpty() {
    long now = ticker.nanos();
    long spent = algorithm().step(algorithm().idle(now), now, algorithm().burst());
    for (int bits = 0; bits < Overflow.WORDS; bits++) {
      raiseOverflow(Overflow.hash(segmentCount(), bits), spent);
    }
  }

  /** Lets the keys without a slot that share the overflow word of this one owe at least that. */
  public void raiseOverflow(long hash, long least) {
    segment(hash).raiseOverflow(hash, least);
  }

  /** What keys without a slot owe that share the overflow word of this one; idle if nothing. */
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
   * The keys in debt of one part of the table: hash and word, one after the other.
   *
   * @param part below {@link #segmentCount}
   */
  public long[] owing(int part) {
    Segment[] all = segments();
    return all.length == 0 ? new long[0] : all[part].owing();
  }

  @Override
  public long burst() {
    return algorithm().burst();
  }
}
