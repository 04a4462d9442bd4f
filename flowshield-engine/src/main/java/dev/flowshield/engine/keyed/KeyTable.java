package dev.flowshield.engine.keyed;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Answer;
import dev.flowshield.engine.rate.Slots;
import dev.flowshield.spi.RateAlgorithm;

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
 * and no lock; a newcomer and the growth of a segment take the segment's lock. A refusal writes nothing, known key or not.
 */
public final class KeyTable {

  /** The mark for a key that has no slot and nothing to inherit: {@link #word(long)}. Odd, so it is no word. */
  public static final long ABSENT = 3L;

  private static final int MOST_SEGMENTS = 256;
  private static final int LEAST_KEYS_PER_SEGMENT = 64;
  private static final int OVERFLOW_WORDS = 1024;

  private final RateAlgorithm algorithm;
  private final Ticker ticker;
  private final SipHash hash;
  private final Segment[] segments;

  /** A table with room for {@code maxKeys} keys at a time. */
  public KeyTable(RateAlgorithm algorithm, Ticker ticker, int maxKeys) {
    this(algorithm, ticker, maxKeys, SipHash.seeded());
  }

  KeyTable(RateAlgorithm algorithm, Ticker ticker, int maxKeys, SipHash hash) {
    this.algorithm = algorithm;
    this.ticker = ticker;
    this.hash = hash;
    int count = Math.min(
        MOST_SEGMENTS, Integer.highestOneBit(Math.max(1, maxKeys / LEAST_KEYS_PER_SEGMENT)));
    this.segments = new Segment[count];
    for (int i = 0; i < count; i++) {
      segments[i] =
          new Segment(algorithm, ticker, OVERFLOW_WORDS / count, (maxKeys + count - 1) / count);
    }
  }

  /** What stands for a key in all other methods. */
  public long hash(String key) {
    long code = hash.hash(key);
    return code == Segment.NOBODY ? 1 : code;
  }

  /** Takes permits of a key, at a reading of the clock of its own. */
  public <T> T take(long hash, long permits, Answer<T> answer) {
    Segment segment = segment(hash);
    while (true) {
      long[] slots = segment.slots();
      int at = segment.find(slots, hash);
      T result = at == Segment.NOWHERE
          ? segment.admitNewcomer(hash, permits, answer)
          : Slots.take(slots, at, hash, algorithm, ticker, permits, answer);
      if (result != null) {
        return result;
      }
      segment
          .awaitMove(); // the slot changes hands or house at this moment, under the segment's lock
    }
  }

  /** Takes permits of a key by a reading of the clock that the caller has; reads it anew only if that one refuses. */
  public <T> T take(long hash, long permits, long now, Answer<T> answer) {
    Segment segment = segment(hash);
    long[] slots = segment.slots();
    int at = segment.find(slots, hash);
    if (at != Segment.NOWHERE) {
      long taken = Slots.tryTake(slots, at, hash, algorithm, now, permits);
      if (taken != REJECTED && taken != Slots.MOVING) {
        return answer.admitted(algorithm, taken, now);
      }
    }
    return take(hash, permits, answer);
  }

  /**
   * What is remembered of a key: its word, or that of the overflow it would start from, or {@link #ABSENT} if that is empty too.
   * Writes nothing.
   */
  public long word(long hash) {
    Segment segment = segment(hash);
    while (true) {
      long word = segment.word(hash);
      if (word != Slots.MOVING) {
        return word;
      }
      segment.awaitMove();
    }
  }

  /** Keys that have a slot, those included whose allowance is full again and whose slot nobody needed since. */
  public long tracked() {
    long sum = 0;
    for (Segment segment : segments) {
      sum += segment.used();
    }
    return sum;
  }

  /** Slots at the cap; somewhat more than the keys promised room, so that those find it. */
  public long capacity() {
    long sum = 0;
    for (Segment segment : segments) {
      sum += segment.capacity();
    }
    return sum;
  }

  /** How often the overflow admitted a key that found no slot. */
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

  public RateAlgorithm algorithm() {
    return algorithm;
  }

  private Segment segment(long hash) {
    return segments[(int) (hash >>> 56) & (segments.length - 1)];
  }
}
