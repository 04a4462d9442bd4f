package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.spi.RateAlgorithm;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One allowance for all together, of a limit with a big burst that many threads use at once: most take their permits without a look at the
 * clock and without meeting each other.
 *
 * <p>Never admits more than {@link SingleLimit}. For that, it may be refused a little early: after a rest, up to one part in {@value #PARTS} of
 * the burst is not back yet; and a call may be refused for permits that another moves at that moment. What remains, and how long to wait,
 * is told accordingly. A call that asks for nearly the whole burst, or that waits, is served, like all others from then on, from one word,
 * which is short of nothing; until the limit is reset or changed.
 *
 * <p>Thread-safe. Taking and looking is lock-free but while the limit is changed, and allocates nothing; giving back takes a lock.
 */
public final class StripedLimit implements Allowances {
  /*
   * State: the stripes, which only the holder of the lock replaces (Stripes, H5).
   *
   * Giving back. Permits of a cell have no word of their own; the word that was there before they were taken stands for them. As long as that
   * one is not idle, the burst has room for as much as it still owes, so with these permits given back nobody gets more than the burst. Thus
   * the rule of the algorithm holds for them as for others. (What is given back once the word is idle may be lost, until the cells
   * are filled again.)
   *
   * Memory order: volatile throughout.
   */

  /** The cells hold at most this part of the burst. */
  static final int PARTS = 64;

  private static final int CELLS_PER_CORE = 4; // so that two threads seldom meet in one
  private static final int MOST_CELLS = 64; // as many as a long has bits
  private static final long MOST_PER_CELL = 64; // more makes little faster
  private static final long LEAST_PER_CELL = 16; // fewer make it hardly worth while

  private final Ticker ticker;
  private final int cells;
  private final GivenBack givenBack = new GivenBack(1);
  private final Waits waits = new Waits(); // under the lock
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Stripes stripes;

  /** With as many cells, a power of two, 2 to 64. */
  StripedLimit(RateAlgorithm algorithm, Ticker ticker, int cells) {
    this.ticker = ticker;
    this.cells = cells;
    long now = ticker.nanos();
    this.stripes = stripes(algorithm, algorithm.idle(now), now);
  }

  /** An allowance for all together: striped, if the limit's burst is big enough for this machine's cores; else on one word. */
  public static Allowances orSingle(RateAlgorithm algorithm, Ticker ticker) {
    int cells = cells(Runtime.getRuntime().availableProcessors());
    return algorithm instanceof Gcra gcra && perCell(gcra, cells) > 0
        ? new StripedLimit(algorithm, ticker, cells)
        : new SingleLimit(algorithm, ticker);
  }

  private static int cells(int cores) {
    return Math.min(MOST_CELLS, Integer.highestOneBit(CELLS_PER_CORE * cores * 2 - 1));
  }

  /** Permits of a cell; 0 if the burst is too small for that many cells. */
  static long perCell(Gcra algorithm, int cells) {
    long perCell = Math.min(MOST_PER_CELL, algorithm.maxPermits() / PARTS / cells);
    return perCell < LEAST_PER_CELL ? 0 : perCell;
  }

  private Stripes stripes(RateAlgorithm algorithm, long word, long now) {
    return algorithm instanceof Gcra gcra && perCell(gcra, cells) > 0
        ? Stripes.of(gcra, ticker, cells, perCell(gcra, cells), word, now)
        : Stripes.none(algorithm, ticker, word);
  }

  @Override
  public boolean tryTake(long hash, long permits) {
    return stripes.takeFromOwn(permits) || take(permits) != REJECTED;
  }

  @Override
  public <T> T take(long hash, long permits, Answer<T> answer) {
    while (true) {
      long before = givenBack(hash);
      long taken = take(hash, permits, 0);
      T answered;
      try {
        answered = answered(taken != REJECTED, permits, answer);
      } catch (Throwable notAnswered) { // nothing is taken by a caller that gets no answer
        if (taken != REJECTED) {
          giveBack(hash, taken, before, permits);
        }
        throw notAnswered;
      }
      if (answered != null) {
        return answered;
      }
    }
  }

  /** The answer by the stripes as they are now; null if they would admit by now what was rejected. */
  private <T> @Nullable T answered(boolean admitted, long permits, Answer<T> answer) {
    while (true) {
      Stripes seen = stripesFor(permits);
      long word = seen.word();
      long now = ticker.nanos();
      if (word != Slots.MOVING) {
        long whole = seen.folded(word, now);
        if (admitted) {
          return answer.admitted(seen.whole(), whole, now);
        }
        return Slots.rejects(seen.whole(), whole, now, permits)
            ? answer.rejected(seen.whole(), whole, now, permits)
            : null;
      }
      awaitChange();
    }
  }

  @Override
  public long take(long hash, long permits, long now) {
    Stripes seen = stripes;
    long word = seen.word(); // before, since it stands for the permits if they are given back
    return seen.takeFromOwn(permits) ? word : take(permits);
  }

  private long take(long permits) {
    while (true) {
      long taken = stripesFor(permits).take(permits);
      if (taken != Slots.MOVING) {
        return taken;
      }
      awaitChange();
    }
  }

  @Override
  public long takeAhead(long hash, long permits, long then, long before) {
    // From one word: what the cells have is taken along, and the taking can be undone.
    return stripesFor(Long.MAX_VALUE).takeAhead(then, permits, before);
  }

  @Override
  public boolean rejects(long hash, long permits, long now) {
    return retryAfterNanos(hash, permits, now) > 0;
  }

  @Override
  public long remaining(long hash, long now) {
    while (true) {
      Stripes seen = stripes;
      long word = seen.word();
      if (word != Slots.MOVING) {
        return seen.whole().remaining(seen.folded(word, now), now);
      }
      awaitChange();
    }
  }

  @Override
  public long retryAfterNanos(long hash, long permits, long now) {
    while (true) {
      Stripes seen = stripesFor(permits);
      long word = seen.word();
      if (word != Slots.MOVING) {
        return seen.retryAfterNanos(word, now, permits);
      }
      awaitChange();
    }
  }

  @Override
  public long word(long hash) {
    while (true) {
      long word = stripes.word();
      if (word != Slots.MOVING) {
        return word;
      }
      awaitChange();
    }
  }

  @Override
  public boolean undo(long hash, long before, long taken, long permits, long then, long count) {
    StackRoom.require();
    lock.lock();
    try {
      return givenBack.of(hash) == count && stripes.undo(before, taken, permits, then);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void waitUntil(long hash, long time) {
    StackRoom.require();
    lock.lock();
    try {
      waits.until(0, time);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void waitOver(long hash) {
    StackRoom.require();
    lock.lock();
    try {
      waits.over(0);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long givenBack(long hash) {
    return givenBack.of(hash);
  }

  @Override
  public void giveBack(long hash, long taken, long before, long permits) {
    StackRoom.require();
    lock.lock();
    try {
      givenBack.prepare(hash);
      Stripes current = stripes;
      long word;
      long others;
      do {
        word = current.word();
        others = givenBack.of(hash) - before;
        if (others < 0 || others > current.whole().maxPermits()) {
          return; // the limit was changed, or too much was given back to know
        }
      } while (!current.giveBack(
          word, taken, others, waits.refundTime(0, ticker.nanos()), permits));
      givenBack.add(hash, permits); // after the fall (B1)
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void charge(long hash, long permits) {
    while (!stripes.charge(permits)) {
      awaitChange();
    }
  }

  @Override
  public void reset(long hash) {
    StackRoom.require();
    lock.lock();
    try {
      RateAlgorithm algorithm = stripes.whole();
      givenBack.prepare(hash);
      replace((word, now) -> stripes(algorithm, algorithm.idle(now), now));
      givenBack.addEverything(hash);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void changeTo(RateAlgorithm next) {
    StackRoom.require();
    lock.lock();
    try {
      Conversion conversion = new Conversion(stripes.whole(), next);
      givenBack.prepare(0);
      replace((word, now) -> stripes(next, conversion.word(word, now), now));
      givenBack.addEverything(0);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long maxPermits() {
    return stripes.whole().maxPermits();
  }

  @Override
  public long tracked() {
    return 0;
  }

  @Override
  public long capacity() {
    return 0;
  }

  @Override
  public long overflowed() {
    return 0;
  }

  /** Stripes whose word alone can give so many permits, some time. */
  private Stripes stripesFor(long permits) {
    Stripes seen = stripes;
    return permits <= seen.mostAtOnce() ? seen : gathered(permits);
  }

  private Stripes gathered(long permits) {
    StackRoom.require();
    lock.lock();
    try {
      if (permits > stripes.mostAtOnce()) { // another may have been first
        RateAlgorithm algorithm = stripes.whole();
        replace((word, now) -> Stripes.none(algorithm, ticker, word));
      }
      return stripes;
    } finally {
      lock.unlock();
    }
  }

  private interface Replacement {
    Stripes of(long wholeWord, long now);
  }

  private void replace(Replacement replacement) {
    Stripes old = stripes;
    long held = old.close();
    long frozen = old.freeze();
    try {
      long now = ticker.nanos(); // after the word, as ever
      stripes = replacement.of(old.closedWord(frozen, held, now), now);
    } catch (Throwable failure) { // thaw, or all who come would wait for ever
      old.reopen(frozen, held);
      throw failure;
    }
  }

  private void awaitChange() {
    StackRoom.require();
    lock.lock();
    try {
      // nothing to do: whoever changes it holds the lock
    } finally {
      lock.unlock();
    }
  }
}
