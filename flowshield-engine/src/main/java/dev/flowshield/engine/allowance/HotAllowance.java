package dev.flowshield.engine.allowance;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Conversion;
import dev.flowshield.spi.RateAlgorithm;
import org.jspecify.annotations.Nullable;

/**
 * One allowance for all together: a word, and as many cells beside it as its burst affords, so that most threads take their permits
 * without a look at the clock and without meeting each other. A small burst affords none. The hash in a call does not matter.
 *
 * <p>Never admits more than a plain word. With cells it may reject a little early: after a rest, up to one part in {@value Cells#PARTS} of
 * the burst is not back yet; and a call may be rejected for permits that another thread moves at that moment. What remains, and how long to
 * wait, is told accordingly. A call that asks for nearly the whole burst, or that waits, is served from one plain word, which is short of
 * nothing; and so are all others from then on, until the limit is reset or changed.
 *
 * <p>Thread-safe. Taking and looking is lock-free except while the limit is changed, and allocates nothing.
 */
public final class HotAllowance extends Ledger implements Allowance {
  /*
   * State: the word and its cells, which only the holder of the lock replaces (Words S5, Cells H5).
   *
   * Refunds. Permits of a cell have no word of their own; the word that was there before they were taken stands for them. As long as that
   * one is not idle, the burst has room for as much as it still owes, so with these permits refunded no more than the burst is there. Thus
   * the rule of the algorithm holds for them as for others. (What is refunded once the word is idle may be lost, until the cells
   * are filled again.)
   *
   * Memory order: volatile throughout.
   */

  private static final int CELLS_PER_CORE = 4; // so that two threads seldom meet in one
  private static final int MOST_CELLS = 64; // as many as a long has bits

  private final Ticker ticker;
  private final int mostCells;
  private volatile Cells cells;

  /** With as many cells as the burst affords and the cores of this machine can use. */
  public HotAllowance(RateAlgorithm algorithm, Ticker ticker) {
    this(algorithm, ticker, cellsFor(Runtime.getRuntime().availableProcessors()));
  }

  /** With at most so many cells, a power of two. */
  HotAllowance(RateAlgorithm algorithm, Ticker ticker, int mostCells) {
    super(1);
    this.ticker = ticker;
    this.mostCells = mostCells;
    long now = ticker.nanos();
    this.cells = Cells.of(algorithm, mostCells, algorithm.idle(now), now);
  }

  private static int cellsFor(int cores) {
    return Math.min(MOST_CELLS, Integer.highestOneBit(CELLS_PER_CORE * cores * 2 - 1));
  }

  @Override
  public boolean tryTake(long hash, long permits) {
    Cells seen = cells;
    return seen.isPlain()
        ? take(hash, permits, Answer.YES_OR_NO)
        : seen.takeFromOwn(permits) || takeAnywhere(permits) != REJECTED;
  }

  @Override
  public <T> T take(long hash, long permits, Answer<T> answer) {
    while (true) {
      Cells seen = cellsFor(permits);
      T answered =
          seen.isPlain() ? seen.take(ticker, permits, answer) : takeAnywhere(hash, permits, answer);
      if (answered != null) {
        return answered;
      }
      if (seen.word() == Words.MOVING) {
        awaitUnlock();
      }
    }
  }

  /** As {@link #take(long, long, Answer)}; null if what was rejected would be admitted by now. */
  private <T> @Nullable T takeAnywhere(long hash, long permits, Answer<T> answer) {
    long stamp = stamp(hash);
    long taken = take(hash, permits, 0);
    T answered = null;
    try {
      answered = answered(taken != REJECTED, permits, answer);
    } finally { // nothing is taken by a caller that gets no answer
      if (answered == null && taken != REJECTED) {
        refund(hash, taken, stamp, permits);
      }
    }
    return answered;
  }

  private <T> @Nullable T answered(boolean admitted, long permits, Answer<T> answer) {
    while (true) {
      Cells seen = cellsFor(permits);
      long word = seen.word();
      long now = ticker.nanos();
      if (word != Words.MOVING) {
        long whole = seen.folded(word, now);
        if (admitted) {
          return answer.admitted(seen.whole(), whole, now);
        }
        return Words.rejects(seen.whole(), whole, now, permits)
            ? answer.rejected(seen.whole(), whole, now, permits)
            : null;
      }
      awaitUnlock();
    }
  }

  @Override
  public long take(long hash, long permits, long now) {
    Cells seen = cells;
    if (seen.isPlain()) {
      long taken = seen.tryTake(now, permits);
      return taken == REJECTED || taken == Words.MOVING ? take(hash, permits, Answer.WORD) : taken;
    }
    long word = seen.word(); // before, since it stands for the permits if they are refunded
    return seen.takeFromOwn(permits) ? word : takeAnywhere(permits);
  }

  private long takeAnywhere(long permits) {
    while (true) {
      long taken = cellsFor(permits).take(ticker, permits);
      if (taken != Words.MOVING) {
        return taken;
      }
      awaitUnlock();
    }
  }

  @Override
  public long remaining(long hash, long now) {
    while (true) {
      Cells seen = cells;
      long word = seen.word();
      if (word != Words.MOVING) {
        return seen.whole().remaining(seen.folded(word, now), now);
      }
      awaitUnlock();
    }
  }

  @Override
  public long retryAfterNanos(long hash, long permits, long now) {
    while (true) {
      Cells seen = cellsFor(permits);
      long word = seen.word();
      if (word != Words.MOVING) {
        return seen.retryAfterNanos(word, now, permits);
      }
      awaitUnlock();
    }
  }

  @Override
  public long maxPermits() {
    return cells.whole().maxPermits();
  }

  @Override
  public Ledger ledger(long hash) {
    return this;
  }

  Cells cells() {
    return cells;
  }

  @Override
  protected boolean rewrite(long hash, Rewrite rewrite) {
    return cells.rewrite(Cells.WORD, ticker, rewrite);
  }

  @Override
  protected boolean rewriteOwn(long hash, Rewrite rewrite) {
    return rewrite(hash, rewrite);
  }

  @Override
  protected void takeUsed(long hash, long permits) {
    cells.charge(ticker, permits);
  }

  @Override
  protected void renew(long hash) {
    RateAlgorithm algorithm = cells.whole();
    replace((word, now) -> Cells.of(algorithm, mostCells, algorithm.idle(now), now));
  }

  @Override
  protected void gather() {
    if (!cells.isPlain()) {
      RateAlgorithm algorithm = cells.whole();
      replace((word, now) -> Cells.none(algorithm, word));
    }
  }

  @Override
  public void changeTo(RateAlgorithm next) {
    lock();
    try {
      Conversion conversion = new Conversion(cells.whole(), next);
      replace((word, now) -> Cells.of(next, mostCells, conversion.word(word, now), now));
      beginEpoch();
    } finally {
      unlock();
    }
  }

  /** Cells whose word alone can give so many permits, some time. */
  private Cells cellsFor(long permits) {
    Cells seen = cells;
    if (permits <= seen.mostAtOnce()) {
      return seen;
    }
    lock();
    try {
      if (permits > cells.mostAtOnce()) { // another thread may have been first
        gather();
      }
      return cells;
    } finally {
      unlock();
    }
  }

  private interface Replacement {
    Cells of(long wholeWord, long now);
  }

  private void replace(Replacement replacement) {
    Cells old = cells;
    long held = old.close();
    long frozen = old.freeze(Cells.WORD);
    try {
      long now = ticker.nanos(); // after the word, as ever
      cells = replacement.of(old.folded(frozen, now, held), now);
    } catch (Throwable failure) { // thaw, or all callers would wait without end
      old.reopen(frozen, held);
      throw failure;
    }
  }
}
