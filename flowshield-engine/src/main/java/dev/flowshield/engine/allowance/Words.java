package dev.flowshield.engine.allowance;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.spi.RateAlgorithm;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Words in a {@code long[]}, the algorithm that they belong to, and every CAS loop over a word.
 *
 * <p>Words and algorithm are published together and replaced together, so no algorithm reads a word
 * that another one wrote. A subclass says where the words are: the buckets of a table, or one word
 * with cells beside it.
 *
 * <p>Lock-free; allocates nothing of its own; a rejection writes nothing.
 */
public class Words {
  /*
   * State, one long for the array, and two side by side for each slot:
   *
   *   longs[0]         falls         raised before and after a word of this array decreases
   *   longs[at]        fingerprint   the owner of the slot; 0 = never owned
   *   longs[at + 1]    word          what the algorithm remembers: even; or MOVING, odd
   *
   * Invariants
   *   S1  A fingerprint changes only while its word is MOVING, and only by a thread that holds the
   *       lock of these words.
   *   S2  A word becomes MOVING only by a CAS from the value that was judged.
   *   S3  A taking increases a word, and a slot that gets a new owner starts above its old word. So
   *       a value recurs only after a word of the array has decreased, which only rewrite() does,
   *       under the lock.
   *   S4  A CAS counts if the owner is the same after it, or if `falls` has not changed since
   *       before the word was read. Otherwise the word may have recurred under the next owner
   *       (ABA): a thread preempted between read and CAS has then charged that owner, and takes
   *       once more from its own slot. `falls` is raised twice: before a decrease, for a thread
   *       whose CAS comes right after it; and after it, for a thread that read `falls` in between.
   *       Both come before the slot can get another owner.
   *   S5  Words are frozen before they are replaced: each is MOVING from then on, so no permit is
   *       taken from a word that was copied.
   *
   * Order of one careful take: word, clock, word, answer, CAS. The answer comes before the CAS, so
   * that nothing is taken for a caller that cannot be answered: memory may run out, or a custom
   * algorithm may throw. The clock is read after a first read of the word, because a rejection is
   * valid only by a reading newer than the word that rejects. The word is read again because
   * reading the clock takes longer than all else: a CAS from the first read would mostly fail under
   * contention. Retries keep the reading. An old reading can reject too early but never admit too
   * much, so a rejection counts only if the word that rejects is the one read first. Otherwise all
   * is read again; another thread has made progress.
   *
   * Memory order: volatile throughout.
   */

  /** The word of a slot that is changing its owner, or of an array that is being replaced. */
  public static final long MOVING = 1L;

  private static final int FALLS = 0;
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private final RateAlgorithm algorithm;
  private final long[] longs;

  /** Words of an algorithm; the subclass says where in the array they are. */
  protected Words(RateAlgorithm algorithm, long[] longs) {
    this.algorithm = algorithm;
    this.longs = longs;
  }

  public final RateAlgorithm algorithm() {
    return algorithm;
  }

  /** Returns the array itself, for a subclass or a copy. */
  public final long[] longs() {
    return longs;
  }

  /**
   * Takes permits from a slot, by a reading of the clock that is made here.
   *
   * @return the answer; null if the slot is not, or no longer, that of the owner: look the key up
   *     again
   */
  public final <T> @Nullable T take(
      int at, long owner, Ticker ticker, long permits, AnswerFactory<T> answer) {
    while (true) {
      long falls = falls(); // before the word (S4)
      long seen = word(at);
      long now = ticker.nanos();
      long word = word(at);
      long next = REJECTED;
      do {
        if (seen == MOVING || isOfAnother(at, owner, word)) {
          return null;
        }
        next = stepOrRenew(algorithm, word, now, now, permits);
        if (next == REJECTED && word == seen) {
          return answer.rejected(algorithm, word, now, permits);
        }
        if (next != REJECTED) {
          T admitted = answer.admitted(algorithm, next, now);
          long found = exchange(at, word, next);
          if (found == word) {
            return isOwn(at, owner, falls) ? admitted : null;
          }
          word = found;
        }
      } while (next != REJECTED);
    }
  }

  /**
   * Takes permits from a slot, by the caller's reading of the clock.
   *
   * @return the word after the taking; {@link RateAlgorithm#REJECTED}, which by an old reading may
   *     be too early; or {@link #MOVING}, if the slot is not that of the owner
   */
  public final long tryTake(int at, long owner, long now, long permits) {
    long falls = falls(); // before the word (S4)
    long word = word(at);
    while (true) {
      if (isOfAnother(at, owner, word)) {
        return MOVING;
      }
      long next = step(algorithm, word, now, permits);
      if (next == REJECTED) {
        return REJECTED;
      }
      long found = exchange(at, word, next);
      if (found == word) {
        return isOwn(at, owner, falls) ? next : MOVING;
      }
      word = found;
    }
  }

  /**
   * Takes permits like {@link #tryTake(int, long, long, long)}, with an answer that the caller
   * chooses.
   *
   * @return the answer; null if nothing was taken, for any reason
   */
  public final <T> @Nullable T tryTake(
      int at, long owner, long now, long permits, AnswerFactory<T> answer) {
    long falls = falls(); // before the word (S4)
    long word = word(at);
    while (!isOfAnother(at, owner, word)) {
      long next = step(algorithm, word, now, permits);
      if (next == REJECTED) {
        return null;
      }
      T admitted = answer.admitted(algorithm, next, now);
      long found = exchange(at, word, next);
      if (found == word) {
        return isOwn(at, owner, falls) ? admitted : null;
      }
      word = found;
    }
    return null;
  }

  /**
   * Rewrites the word of a slot; under the lock of these words.
   *
   * @return whether the word has changed
   */
  public final boolean rewrite(int at, Ticker ticker, WordUpdate rewrite) {
    while (true) {
      long word = word(at);
      long now = ticker.nanos(); // after the word: all it counts was taken by then
      long next = rewrite.next(algorithm, word, now);
      boolean falls = next - word < 0;
      if (falls) {
        countFall();
      }
      boolean done = exchange(at, word, next) == word;
      if (falls) {
        countFall(); // S4
      }
      if (done) {
        return next != word;
      }
    }
  }

  private boolean isOfAnother(int at, long owner, long word) {
    return word == MOVING || fingerprint(at) != owner;
  }

  /** Returns whether a CAS that has just succeeded was on the owner's word (S4). */
  private boolean isOwn(int at, long owner, long falls) {
    return fingerprint(at) == owner || falls() == falls;
  }

  /**
   * Returns the word after taking. An idle word counts as new, even if it was unused for so long
   * that the clock has wrapped around.
   */
  static long stepOrRenew(RateAlgorithm algorithm, long word, long now, long then, long permits) {
    long next = step(algorithm, word, then, permits);
    return next == REJECTED && algorithm.isIdle(word, now)
        ? step(algorithm, algorithm.idle(now), then, permits)
        : next;
  }

  /**
   * Returns {@link RateAlgorithm#step}, or a rejection of more than the burst, which may have been
   * larger before a change.
   */
  public static long step(RateAlgorithm algorithm, long word, long now, long permits) {
    return permits > algorithm.burst() ? REJECTED : algorithm.step(word, now, permits);
  }

  /** Returns whether a word, read before the clock, rejects the permits. */
  public static boolean rejects(RateAlgorithm algorithm, long word, long now, long permits) {
    return stepOrRenew(algorithm, word, now, now, permits) == REJECTED;
  }

  /** Returns the one of two words that owes more. */
  public static long later(long word, long other) {
    return word - other > 0 ? word : other;
  }

  private long falls() {
    return (long) LONGS.getVolatile(longs, FALLS);
  }

  private void countFall() {
    LONGS.getAndAdd(longs, FALLS, 1L);
  }

  public final long fingerprint(int at) {
    return (long) LONGS.getVolatile(longs, at);
  }

  /** Sets the owner of a slot; under the lock (S1). */
  public final void fingerprint(int at, long owner) {
    LONGS.setVolatile(longs, at, owner);
  }

  public final long word(int at) {
    return (long) LONGS.getVolatile(longs, at + 1);
  }

  public final void word(int at, long word) {
    LONGS.setVolatile(longs, at + 1, word);
  }

  /**
   * Replaces the word if it is the expected one (compare-and-exchange). Returns the word that was
   * there.
   */
  public final long exchange(int at, long expected, long next) {
    return (long) LONGS.compareAndExchange(longs, at + 1, expected, next);
  }

  /** Sets the word to {@link #MOVING}. Returns the word that was there (S5). */
  public final long freeze(int at) {
    return (long) LONGS.getAndSet(longs, at + 1, MOVING);
  }
}
