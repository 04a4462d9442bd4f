package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.spi.RateAlgorithm;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Slots in a plain {@code long[]}, and the one loop that takes permits from them. A single limit is an array with one slot; the key
 * table is many.
 *
 * <p>Lock-free; allocates nothing of its own; a rejection writes nothing.
 */
public final class Slots {
  /*
   * State, one long for the array, and two side by side for each slot:
   *
   *   slots[0]         falls         how often a word of this array has fallen
   *   slots[at]        fingerprint   whose slot it is; 0 = nobody's yet
   *   slots[at + 1]    word          what the algorithm remembers: even; or MOVING, odd
   *
   * Invariants
   *   S1  A fingerprint changes only while its word is MOVING, and only by a thread that holds the lock of the table's segment.
   *   S2  A word becomes MOVING only by an exchange from the value that was judged.
   *   S3  Taking makes a word rise, and a slot passed on starts above its old word. So a word once left recurs only after a word of the
   *       array has fallen, by a refund or an undo. `falls` counts these, after the fall and before the slot can be passed on.
   *   S4  An exchange counts if the owner is the same after it, or no word has fallen since before the word was read. Else the word may
   *       have recurred under the next owner (ABA): a thread preempted between read and exchange has then charged that owner, and takes
   *       once more from its own slot. Without a fall the exchange was on its own word, however long ago that was passed on since.
   *
   * Order of one careful take: word, clock, word, answer, exchange. The answer comes before the exchange, so that nothing is taken
   *   by a caller that cannot be answered: there may be no memory for it, or an algorithm of the user's may fail.
   *   The clock comes after a first look at the word, because a refusal is honest only at a reading newer than the word that
   *   refuses. The second look comes because reading the clock takes longer than all else: an exchange on the older look
   *   would mostly fail under contention. Later tries keep the reading; an old reading can refuse too early, never admit too
   *   much, so a refusal counts only if the word is still the one seen first. Else all is read anew; someone made progress.
   *
   * Memory order: volatile throughout.
   */

  /** The word of a slot that changes hands or house. */
  public static final long MOVING = 1L;

  private static final int FALLS = 0;
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private Slots() {}

  /**
   * Takes permits from a slot.
   *
   * @return the answer, or null if the slot is not (or no longer) that of the fingerprint: look the key up again
   */
  public static <T> @Nullable T take(
      long[] slots,
      int at,
      long fingerprint,
      RateAlgorithm algorithm,
      Ticker ticker,
      long permits,
      Answer<T> answer) {
    while (true) {
      long falls = falls(slots); // before the word (S4)
      long seen = word(slots, at);
      long now = ticker.nanos();
      T taken = tryTake(slots, at, fingerprint, algorithm, now, permits, answer);
      if (taken != null || fingerprint(slots, at) != fingerprint) {
        return taken;
      }
      if (word(slots, at) == seen) {
        if (seen == MOVING) {
          return null; // it moves again: the mark came back, which no word does (S3)
        }
        // Judged here, for it may have been another word that refused, if permits were given back
        // since.
        long next = stepOrRenew(algorithm, seen, now, now, permits);
        if (next == REJECTED) {
          return answer.rejected(algorithm, seen, now, permits);
        }
        T admitted = answer.admitted(algorithm, next, now);
        if (exchange(slots, at, seen, next) == seen) {
          return isOwn(slots, at, fingerprint, falls) ? admitted : null;
        }
      }
    }
  }

  /**
   * Takes permits from a slot as if it were a later time already, if its word is still the one that was seen before.
   *
   * @return as {@link #tryTake}, and {@link #MOVING} also if the word is another one
   */
  public static long takeAhead(
      long[] slots,
      int at,
      long fingerprint,
      RateAlgorithm algorithm,
      Ticker ticker,
      long permits,
      long then,
      long before) {
    long falls = falls(slots); // before the word (S4)
    if (before == MOVING || word(slots, at) != before || fingerprint(slots, at) != fingerprint) {
      return MOVING;
    }
    long next = stepOrRenew(algorithm, before, ticker.nanos(), then, permits);
    if (next == REJECTED) {
      return REJECTED;
    }
    return exchange(slots, at, before, next) == before && isOwn(slots, at, fingerprint, falls)
        ? next
        : MOVING;
  }

  /** Whether a word that was exchanged just now was that of the owner (S4). */
  private static boolean isOwn(long[] slots, int at, long fingerprint, long falls) {
    return fingerprint(slots, at) == fingerprint || falls(slots) == falls;
  }

  /** The word after taking, also if it was left alone for so long that the clock came round: idle is as good as new. */
  private static long stepOrRenew(
      RateAlgorithm algorithm, long word, long now, long then, long permits) {
    long next = step(algorithm, word, then, permits);
    return next == REJECTED && algorithm.isIdle(word, now)
        ? step(algorithm, algorithm.idle(now), then, permits)
        : next;
  }

  /** As the algorithm has it; and refuses what was asked for when the burst was larger, before a change. */
  public static long step(RateAlgorithm algorithm, long word, long now, long permits) {
    return permits > algorithm.maxPermits() ? REJECTED : algorithm.step(word, now, permits);
  }

  /**
   * Takes permits from a slot by a reading of the clock that the caller has.
   *
   * @return the word after it; {@link RateAlgorithm#REJECTED}, which at an old reading may be too early; or {@link #MOVING}, if the
   *     slot is not that of the fingerprint
   */
  public static long tryTake(
      long[] slots, int at, long fingerprint, RateAlgorithm algorithm, long now, long permits) {
    long falls = falls(slots); // before the word (S4)
    long word = word(slots, at);
    while (true) {
      if (isOfAnother(slots, at, fingerprint, word)) {
        return MOVING;
      }
      long next = step(algorithm, word, now, permits);
      if (next == REJECTED) {
        return REJECTED;
      }
      long found = exchange(slots, at, word, next);
      if (found == word) {
        return isOwn(slots, at, fingerprint, falls) ? next : MOVING;
      }
      word = found;
    }
  }

  /**
   * As {@link #tryTake(long[], int, long, RateAlgorithm, long, long)}, for a caller that wants to know more.
   *
   * @return what the answer makes of it; null if nothing was taken, for whatever reason
   */
  public static <T> @Nullable T tryTake(
      long[] slots,
      int at,
      long fingerprint,
      RateAlgorithm algorithm,
      long now,
      long permits,
      Answer<T> answer) {
    long falls = falls(slots); // before the word (S4)
    long word = word(slots, at);
    while (!isOfAnother(slots, at, fingerprint, word)) {
      long next = step(algorithm, word, now, permits);
      if (next == REJECTED) {
        return null;
      }
      T admitted = answer.admitted(algorithm, next, now);
      long found = exchange(slots, at, word, next);
      if (found == word) {
        return isOwn(slots, at, fingerprint, falls) ? admitted : null;
      }
      word = found;
    }
    return null;
  }

  private static boolean isOfAnother(long[] slots, int at, long fingerprint, long word) {
    return word == MOVING || fingerprint(slots, at) != fingerprint;
  }

  /** Whether a word, read before the clock, refuses the permits. */
  public static boolean rejects(RateAlgorithm algorithm, long word, long now, long permits) {
    return stepOrRenew(algorithm, word, now, now, permits) == REJECTED;
  }

  /** How often a word of the array has fallen. */
  static long falls(long[] slots) {
    return (long) LONGS.getVolatile(slots, FALLS);
  }

  /** Counts that a word of the array has fallen; under the lock under which its slots are passed on, after the fall. */
  public static void countFall(long[] slots) {
    LONGS.getAndAdd(slots, FALLS, 1L);
  }

  public static long fingerprint(long[] slots, int at) {
    return (long) LONGS.getVolatile(slots, at);
  }

  public static void fingerprint(long[] slots, int at, long fingerprint) {
    LONGS.setVolatile(slots, at, fingerprint);
  }

  public static long word(long[] slots, int at) {
    return (long) LONGS.getVolatile(slots, at + 1);
  }

  public static void word(long[] slots, int at, long word) {
    LONGS.setVolatile(slots, at + 1, word);
  }

  /** Exchanges the word if it is the expected one; answers the word that was there. */
  public static long exchange(long[] slots, int at, long expected, long next) {
    return (long) LONGS.compareAndExchange(slots, at + 1, expected, next);
  }

  /** Marks the word as moving, whatever it is, and answers the word that was there. */
  public static long freeze(long[] slots, int at) {
    return (long) LONGS.getAndSet(slots, at + 1, MOVING);
  }
}
