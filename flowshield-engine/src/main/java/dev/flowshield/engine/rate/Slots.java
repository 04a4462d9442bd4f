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
   * State, two longs side by side:
   *
   *   slots[at]        fingerprint   whose slot it is; 0 = nobody's yet
   *   slots[at + 1]    word          what the algorithm remembers: even; or MOVING, odd
   *
   * Invariants
   *   S1  A fingerprint changes only while its word is MOVING, and only by a thread that holds the lock of the table's segment.
   *   S2  A word becomes MOVING only by an exchange from the value that was judged.
   *   S3  Taking makes a word rise, and a slot passed on starts above its old word. So a word once left does not come again, but where
   *       permits are given back: then it may come again of the same owner, and is as good, as all that is known of a key is its word.
   *   S4  An exchange counts only if the owner is the same after it. A word from before a giving back may come again of the next
   *       owner, if the clock stands at the same nanosecond; whoever was stopped between word and exchange for all that
   *       time then took from a stranger, and takes once more from his own.
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
          return fingerprint(slots, at) == fingerprint ? admitted : null; // S4
        }
      }
    }
  }

  /**
   * Takes permits from a slot as if it were a later time already.
   *
   * @return as {@link #tryTake}
   */
  public static long takeAhead(
      long[] slots,
      int at,
      long fingerprint,
      RateAlgorithm algorithm,
      Ticker ticker,
      long permits,
      long then) {
    while (true) {
      long taken = tryTake(slots, at, fingerprint, algorithm, then, permits);
      if (taken != REJECTED) {
        return taken;
      }
      long seen = word(slots, at);
      if (seen == MOVING || fingerprint(slots, at) != fingerprint) {
        return MOVING;
      }
      long next = stepOrRenew(algorithm, seen, ticker.nanos(), then, permits);
      if (next == REJECTED) {
        return REJECTED;
      }
      if (exchange(slots, at, seen, next) == seen) {
        return fingerprint(slots, at) == fingerprint ? next : MOVING; // S4
      }
    }
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
        return fingerprint(slots, at) == fingerprint ? next : MOVING; // S4
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
    long word = word(slots, at);
    while (!isOfAnother(slots, at, fingerprint, word)) {
      long next = step(algorithm, word, now, permits);
      if (next == REJECTED) {
        return null;
      }
      T admitted = answer.admitted(algorithm, next, now);
      long found = exchange(slots, at, word, next);
      if (found == word) {
        return fingerprint(slots, at) == fingerprint ? admitted : null; // S4
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
