package dev.flowshield.engine.allowance;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Conversion;
import dev.flowshield.spi.RateAlgorithm;
import org.jspecify.annotations.Nullable;

/**
 * One allowance for all together: a word, and as many cells beside it as its burst affords, so that
 * most threads take their permits without a look at the clock and without meeting each other. A
 * small burst affords none. The hash in a call does not matter.
 *
 * <p>Never admits more than a plain word. With cells it may reject a little early: after a rest, up
 * to one part in {@value StripedWord#PARTS} of the burst is not back yet; and a call may be
 * rejected for permits that another thread moves at that moment. What remains, and how long to
 * wait, is told accordingly. A call that asks for nearly the whole burst, or that waits, is served
 * from one plain word, which is short of nothing; and so are all others from then on, until the
 * limit is reset or changed.
 *
 * <p>Thread-safe. Taking and looking is lock-free except while the limit is changed, and allocates
 * nothing.
 */
public final class HotAllowance extends Ledger implements Allowance {
  /*
   * State: the word and its cells, which only the holder of the lock replaces (Words S5, Cells H5).
   *
   * Refunds. Permits of a cell have no word of their own; the word that was there before they were
   * taken stands for them. As long as that one is not idle, the burst has room for as much as it
   * still owes, so with these permits refunded no more than the burst is there. Thus the rule of
   * the algorithm holds for them as for others. (What is refunded once the word is idle may be
   * lost, until the cells are filled again.)
   *
   * Memory order: volatile throughout.
   */

  private static final int CELLS_PER_CORE = 4; // so that two threads seldom meet in one
  private static final int MOST_CELLS = 64; // as many as a long has bits

  private final Ticker ticker;
  private final int mostCells;
  private volatile StripedWord striped;

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
    this.striped = StripedWord.of(algorithm, mostCells, algorithm.idle(now), now);
  }

  private static int cellsFor(int cores) {
    return Math.min(MOST_CELLS, Integer.highestOneBit(CELLS_PER_CORE * cores * 2 - 1));
  }

  @Override
  public boolean tryTake(long hash, long permits) {
    StripedWord seen = striped;
    if (!seen.isPlain()) {
      return seen.takeFromOwn(permits) || takeAnywhere(permits) != REJECTED;
    }
    Boolean taken = seen.take(ticker, permits, AnswerFactory.YES_OR_NO);
    return taken != null ? taken : take(hash, permits, AnswerFactory.YES_OR_NO);
  }

  @Override
  public <T> T take(long hash, long permits, AnswerFactory<T> answer) {
    while (true) {
      StripedWord seen = wordFor(permits);
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

  /**
   * As {@link #take(long, long, AnswerFactory)}; null if what was rejected would be admitted by
   * now.
   */
  private <T> @Nullable T takeAnywhere(long hash, long permits, AnswerFactory<T> answer) {
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

  private <T> @Nullable T answered(boolean admitted, long permits, AnswerFactory<T> answer) {
    while (true) {
      StripedWord seen = wordFor(permits);
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
    StripedWord seen = striped;
    if (seen.isPlain()) {
      long taken = seen.tryTake(now, permits);
      return taken == REJECTED || taken == Words.MOVING
          ? take(hash, permits, AnswerFactory.WORD)
          : taken;
    }
    long word = seen.word(); // before, since it stands for the permits if they are refunded
    return seen.takeFromOwn(permits) ? word : takeAnywhere(permits);
  }

  private long takeAnywhere(long permits) {
    while (true) {
      long taken = wordFor(permits).take(ticker, permits);
      if (taken != Words.MOVING) {
        return taken;
      }
      awaitUnlock();
    }
  }

  @Override
  public long remaining(long hash, long now) {
    while (true) {
      StripedWord seen = striped;
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
      StripedWord seen = wordFor(permits);
      long word = seen.word();
      if (word != Words.MOVING) {
        return seen.retryAfterNanos(word, now, permits);
      }
      awaitUnlock();
    }
  }

  @Override
  public long word(long hash, long now) {
    while (true) {
      StripedWord seen = striped;
      long word = seen.word();
      if (word != Words.MOVING) {
        return seen.folded(word, now);
      }
      awaitUnlock();
    }
  }

  @Override
  public void raise(long hash, long least) {
    lock();
    try {
      RateAlgorithm algorithm = striped.whole();
      replace((word, now) -> StripedWord.of(algorithm, mostCells, Words.later(word, least), now));
    } finally {
      unlock();
    }
  }

  @Override
  public RateAlgorithm algorithm() {
    return striped.whole();
  }

  @Override
  public long burst() {
    return striped.whole().burst();
  }

  @Override
  public Ledger ledger(long hash) {
    return this;
  }

  StripedWord striped() {
    return striped;
  }

  /** As declared: whatever hash a call has, all wait for the same permits. */
  @Override
  protected long waiter(long hash) {
    return StripedWord.ALL;
  }

  @Override
  protected boolean rewrite(long hash, Rewrite rewrite) {
    return striped.rewrite(StripedWord.WORD, ticker, rewrite);
  }

  @Override
  protected boolean rewriteOwn(long hash, Rewrite rewrite) {
    return rewrite(hash, rewrite);
  }

  @Override
  protected void takeUsed(long hash, long permits) {
    striped.charge(ticker, permits);
  }

  @Override
  protected void renew(long hash) {
    RateAlgorithm algorithm = striped.whole();
    replace((word, now) -> StripedWord.of(algorithm, mostCells, algorithm.idle(now), now));
  }

  @Override
  protected void gather() {
    if (!striped.isPlain()) {
      RateAlgorithm algorithm = striped.whole();
      replace((word, now) -> StripedWord.none(algorithm, word));
    }
  }

  @Override
  public void changeTo(RateAlgorithm next) {
    lock();
    try {
      Conversion conversion = new Conversion(striped.whole(), next);
      replace((word, now) -> StripedWord.of(next, mostCells, conversion.word(word, now), now));
      beginEpoch();
    } finally {
      unlock();
    }
  }

  /** A word that can give so many permits by itself, some time. */
  private StripedWord wordFor(long permits) {
    StripedWord seen = striped;
    if (permits <= seen.mostAtOnce()) {
      return seen;
    }
    lock();
    try {
      if (permits > striped.mostAtOnce()) { // another thread may have been first
        gather();
      }
      return striped;
    } finally {
      unlock();
    }
  }

  private interface Replacement {
    StripedWord of(long wholeWord, long now);
  }

  private void replace(Replacement replacement) {
    StripedWord old = striped;
    long held = old.close();
    long frozen = old.freeze(StripedWord.WORD);
    try {
      long now = ticker.nanos(); // after the word, as ever
      striped = replacement.of(old.folded(frozen, now, held), now);
    } catch (Throwable failure) { // thaw, or all callers would wait without end
      old.reopen(frozen, held);
      throw failure;
    }
  }
}
