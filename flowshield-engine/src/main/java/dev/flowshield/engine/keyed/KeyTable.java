package dev.flowshield.engine.keyed;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Allowances;
import dev.flowshield.engine.rate.Answer;
import dev.flowshield.engine.rate.GivenBack;
import dev.flowshield.engine.rate.Slots;
import dev.flowshield.engine.rate.StackRoom;
import dev.flowshield.spi.RateAlgorithm;
import java.util.Arrays;

/**
 * An allowance for each key, in bounded memory that never forgives.
 *
 * <ul>
 *   <li>A key whose allowance is full again is the same as one never seen. So its slot is free for the next key that needs one, without a
 *       timer and without a sweep, and nothing is forgotten.
 *   <li>The table starts almost empty and grows, one of its segments at a time, up to its cap.
 *   <li>At the cap, a key that finds no slot takes from one of about a thousand shared overflow allowances. A key in debt never
 *       loses its slot, and one that moves from the overflow to a slot takes the overflow's debt along: a full table makes newcomers
 *       share, it makes nobody's limit wider.
 * </ul>
 *
 * <p>Keys are not stored. A strong hash with a secret seed stands for them; all of its 64 bits are compared, so that among a million live
 * keys the chance of any two being taken for one is about 3 in 100 million.
 *
 * <p>Thread-safe and exact: no interleaving of hits, newcomers and growth admits more than the limit. A known key costs one exchange
 * and no lock; a newcomer and the growth of a segment take the segment's lock. A refusal writes nothing, known key or not, and reads the
 * clock twice.
 */
public final class KeyTable implements Allowances {

  /** The mark for a key that has no slot and nothing to inherit. Odd, so it is no word. */
  static final long ABSENT = 3L;

  private static final int MOST_SEGMENTS = 128;
  private static final int LEAST_KEYS_PER_SEGMENT = 64;
  private static final int OVERFLOW_WORDS = 1024;
  private static final int MOST_COUNTERS = 1 << 16;

  // One secret for all tables, so that a key which is held to several limits is hashed once.
  private static final SipHash HASH = SipHash.seeded();

  private final Ticker ticker;
  private final Segment[] segments;
  private final GivenBack givenBack;
  private volatile RateAlgorithm algorithm;

  /** A table with room for {@code maxKeys} keys at a time. */
  public KeyTable(RateAlgorithm algorithm, Ticker ticker, int maxKeys) {
    this.algorithm = algorithm;
    this.ticker = ticker;
    int count = Math.min(
        MOST_SEGMENTS, Integer.highestOneBit(Math.max(1, maxKeys / LEAST_KEYS_PER_SEGMENT)));
    this.segments = new Segment[count];
    Buckets none = Buckets.none(algorithm, OVERFLOW_WORDS / count);
    Arrays.setAll(segments, i -> new Segment(none, ticker, (maxKeys + count - 1) / count));
    this.givenBack = new GivenBack(Math.min(MOST_COUNTERS, Integer.highestOneBit(maxKeys)));
  }

  /** What stands for a key, in this and all other tables; never 0. */
  public static long hashOf(String key) {
    long code = HASH.hash(key);
    return code == Buckets.NOBODY ? 1 : code;
  }

  @Override
  public boolean tryTake(long hash, long permits) {
    return take(hash, permits, Answer.YES_OR_NO);
  }

  /**
   * As declared. The clock is read before the table is touched: the processor waits at the clock for all that came before it, so a slot
   * that has to come from memory would hold up everything after it as well. By so old a reading a key can be admitted, but not refused;
   * who would be refused is judged anew.
   */
  @Override
  public <T> T take(long hash, long permits, Answer<T> answer) {
    long now = ticker.nanos();
    Buckets buckets = segment(hash).buckets();
    int at = buckets.find(hash);
    T taken = at == Buckets.NOWHERE
        ? null
        : Slots.tryTake(buckets.slots(), at, hash, buckets.algorithm(), now, permits, answer);
    return taken != null ? taken : takeCarefully(hash, permits, answer);
  }

  @Override
  public long take(long hash, long permits, long now) {
    Buckets buckets = segment(hash).buckets();
    int at = buckets.find(hash);
    long taken = at == Buckets.NOWHERE
        ? REJECTED
        : Slots.tryTake(buckets.slots(), at, hash, buckets.algorithm(), now, permits);
    return taken != REJECTED && taken != Slots.MOVING
        ? taken
        : takeCarefully(hash, permits, Answer.WORD);
  }

  private <T> T takeCarefully(long hash, long permits, Answer<T> answer) {
    Segment segment = segment(hash);
    while (true) {
      Buckets buckets = segment.buckets();
      int at = buckets.find(hash);
      T result = at == Buckets.NOWHERE
          ? segment.admitNewcomer(hash, permits, answer)
          : Slots.take(buckets.slots(), at, hash, buckets.algorithm(), ticker, permits, answer);
      if (result != null) {
        return result;
      }
      segment
          .awaitMove(); // the slot changes hands or house at this moment, under the segment's lock
    }
  }

  @Override
  public long takeAhead(long hash, long permits, long then, long before) {
    Segment segment = segment(hash);
    Buckets buckets = segment.buckets();
    int at = buckets.find(hash);
    return at == Buckets.NOWHERE
        ? segment.admitNewcomerAhead(hash, permits, then, before)
        : Slots.takeAhead(
            buckets.slots(), at, hash, buckets.algorithm(), ticker, permits, then, before);
  }

  @Override
  public boolean rejects(long hash, long permits, long now) {
    return retryAfterNanos(hash, permits, now) > 0;
  }

  @Override
  public long remaining(long hash, long now) {
    Segment segment = segment(hash);
    while (true) {
      Buckets buckets = segment.buckets();
      long word = word(buckets, hash);
      if (word != Slots.MOVING) {
        return word == ABSENT
            ? buckets.algorithm().maxPermits()
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
      if (word != Slots.MOVING) {
        RateAlgorithm current = buckets.algorithm();
        long known = word == ABSENT ? current.idle(now) : word;
        return Slots.rejects(current, known, now, permits)
            ? current.retryAfterNanos(known, now, permits)
            : 0;
      }
      segment.awaitMove();
    }
  }

  @Override
  public boolean undo(long hash, long before, long taken, long permits, long then, long count) {
    StackRoom.require();
    return segment(hash).undo(hash, before, taken, permits, then, givenBack, count);
  }

  /** As {@link #word(Buckets, long)}, once nothing moves. */
  @Override
  public long word(long hash) {
    Segment segment = segment(hash);
    while (true) {
      long word = word(segment.buckets(), hash);
      if (word != Slots.MOVING) {
        return word;
      }
      segment.awaitMove();
    }
  }

  /**
   * The word that a key goes by: its own, or that of the overflow it would start from, or {@link #ABSENT} if there is none yet; {@link
   * Slots#MOVING} if its slot changes hands or house at this moment.
   */
  private static long word(Buckets buckets, long hash) {
    if (buckets.count() == 0) {
      return ABSENT;
    }
    int at = buckets.find(hash);
    if (at == Buckets.NOWHERE) {
      return buckets.overflowWord(hash);
    }
    long word = Slots.word(buckets.slots(), at);
    return Slots.fingerprint(buckets.slots(), at) == hash ? word : Slots.MOVING;
  }

  @Override
  public void waitUntil(long hash, long time) {
    segment(hash).waitUntil(hash, time);
  }

  @Override
  public void waitOver(long hash) {
    segment(hash).waitOver(hash);
  }

  @Override
  public long givenBack(long hash) {
    return givenBack.of(hash) + segment(hash).changes();
  }

  @Override
  public void giveBack(long hash, long taken, long before, long permits) {
    givenBack.prepare(hash);
    StackRoom.require();
    segment(hash).giveBack(hash, taken, givenBack, before, permits);
  }

  @Override
  public void charge(long hash, long permits) {
    segment(hash).charge(hash, permits);
  }

  @Override
  public void reset(long hash) {
    givenBack.prepare(hash);
    segment(hash).reset(hash, givenBack);
  }

  /**
   * As declared; one segment after the other, each for a moment as when it grows. One change at a time. If one fails, those before it
   * go back to what they were.
   */
  @Override
  public void changeTo(RateAlgorithm next) {
    RateAlgorithm before = algorithm;
    algorithm = next;
    int changed = 0;
    try {
      while (changed < segments.length) {
        segments[changed].changeTo(next);
        changed++;
      }
    } finally {
      if (changed < segments.length) {
        algorithm = before;
        while (changed > 0) {
          changed--;
          segments[changed].changeTo(before);
        }
      }
    }
  }

  @Override
  public long maxPermits() {
    return algorithm.maxPermits();
  }

  @Override
  public long tracked() {
    long sum = 0;
    for (Segment segment : segments) {
      sum += segment.used();
    }
    return sum;
  }

  /** Somewhat more than the keys promised room, so that those find it. */
  @Override
  public long capacity() {
    long sum = 0;
    for (Segment segment : segments) {
      sum += segment.capacity();
    }
    return sum;
  }

  @Override
  public long overflowed() {
    long sum = 0;
    for (Segment segment : segments) {
      sum += segment.overflowed();
    }
    return sum;
  }

  public Ticker ticker() {
    return ticker;
  }

  private Segment segment(long hash) {
    return segments[(int) (hash >>> 56) & (segments.length - 1)];
  }
}
