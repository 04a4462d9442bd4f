package dev.flowshield.engine.allowance;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Conversion;
import dev.flowshield.spi.RateAlgorithm;
import org.jspecify.annotations.Nullable;

/**
 * One allowance for all requests together: a word, and beside it as many cells as the burst allows,
 * so that most threads take permits without reading the clock and without contention. A small burst
 * allows no cells. The hash in a call is ignored.
 *
 * <p>Never admits more than a plain word. With cells it may reject a little early: after an idle
 * time, up to one part in {@value StripedWord#PARTS} of the burst is not back yet; and a call may
 * be rejected for permits that another thread moves at that moment. The permits that remain and the
 * wait are computed accordingly. A call that asks for nearly the whole burst, or that waits,
 * replaces the cells by one plain word, which has no such shortfall. That word then serves all
 * calls until the limit is reset or changed.
 *
 * <p>Thread-safe. Taking and reading are lock-free except while the limit is changed, and allocate
 * nothing.
 */
public final class StripedAllowance extends Ledger implements Allowance {
  /*
   * State: the word and its cells, which only the holder of the lock replaces (Words S5,
   * StripedWord H5).
   *
   * Refunds. Permits taken from a cell have no word of their own. The word that was read before
   * they were taken is used for them: while it is not idle, the burst has room for what it still
   * owes, so after a refund no more than the burst is there. Thus the refund rule of the algorithm
   * holds for them as well. A refund that is made once the word is idle may be lost until the cells
   * are filled again.
   *
   * Memory order: volatile throughout.
   */

  private static final int CELLS_PER_CORE = 4; // so that two threads seldom share one
  private static final int MOST_CELLS = 64; // as many as a long has bits

  private final Ticker ticker;
  private final int mostCells;
  private volatile StripedWord striped;

  /** With as many cells as the burst allows and the cores of this machine can use. */
  public StripedAllowance(RateAlgorithm algorithm, Ticker ticker) {
    this(algorithm, ticker, cellsFor(Runtime.getRuntime().availableProcessors()));
  }

  /** With at most this many cells, a power of two. */
  StripedAllowance(RateAlgorithm algorithm, Ticker ticker, int mostCells) {
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
   * Takes permits like {@link #take(long, long, AnswerFactory)}; null if the request was rejected
   * but would be admitted by now.
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
    long word = seen.word(); // before the taking: used in a refund
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

  /** Returns one hash for all callers, because they wait for the same permits. */
  @Override
  protected long waiter(long hash) {
    return StripedWord.ALL;
  }

  @Override
  protected boolean rewrite(long hash, WordUpdate rewrite) {
    return striped.rewrite(StripedWord.WORD, ticker, rewrite);
  }

  @Override
  protected boolean rewriteOwn(long hash, WordUpdate rewrite) {
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

  /** Returns a word whose burst alone covers the permits. */
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
      long now = ticker.nanos(); // after the word, as in each rewrite
      striped = replacement.of(old.folded(frozen, now, held), now);
    } catch (Throwable failure) { // thaw, or all callers would wait indefinitely
      old.word(StripedWord.WORD, frozen);
      old.release(old.allCells(), held);
      throw failure;
    }
  }
}
