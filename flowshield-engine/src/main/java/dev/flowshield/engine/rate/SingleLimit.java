package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.Ticker;
import dev.flowshield.spi.RateAlgorithm;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One allowance for all together; what hash it is asked for does not matter.
 *
 * <p>Thread-safe. Taking and looking is lock-free but while the limit is changed, and allocates nothing; giving back takes a lock. 128 bytes and more around its word keep other threads' data
 * off its cache line.
 */
final class SingleLimit implements Allowances {
  /*
   * State, the algorithm and an array of one slot, which are published together and replaced together.
   *
   * Invariant
   *   L1  An array that is replaced has its word frozen (MOVING) first, so nothing is taken from it once it was copied. Only the holder of the
   *       lock replaces it.
   *   L2  The word falls only under the lock (GivenBack, B1).
   *
   * Memory order: volatile throughout.
   */
  private static final class State {
    private final RateAlgorithm algorithm;
    private final long[] slot = new long[LENGTH];

    State(RateAlgorithm algorithm, long word) {
      this.algorithm = algorithm;
      Slots.word(slot, AT, word);
    }
  }

  // The slot stands in the middle of two cache lines and more on either side: neighbours are
  // fetched in pairs.
  private static final int AT = 16;
  private static final int LENGTH = 34;
  private static final long NOBODY = 0;

  private final Ticker ticker;
  private final GivenBack givenBack = new GivenBack(1);
  private final Waits waits = new Waits(); // under the lock
  private final ReentrantLock lock = new ReentrantLock();
  private volatile State state;

  public SingleLimit(RateAlgorithm algorithm, Ticker ticker) {
    this.ticker = ticker;
    this.state = new State(algorithm, algorithm.idle(ticker.nanos()));
  }

  /** Takes permits at a reading of the clock of its own. */
  public <T> T take(long permits, Answer<T> answer) {
    while (true) {
      State seen = state;
      T result = Slots.take(seen.slot, AT, NOBODY, seen.algorithm, ticker, permits, answer);
      if (result != null) {
        return result;
      }
      awaitChange();
    }
  }

  @Override
  public boolean tryTake(long hash, long permits) {
    return take(permits, Answer.YES_OR_NO);
  }

  @Override
  public <T> T take(long hash, long permits, Answer<T> answer) {
    return take(permits, answer);
  }

  @Override
  public long take(long hash, long permits, long now) {
    State seen = state;
    long taken = Slots.tryTake(seen.slot, AT, NOBODY, seen.algorithm, now, permits);
    return taken == REJECTED || taken == Slots.MOVING ? take(permits, Answer.WORD) : taken;
  }

  @Override
  public long takeAhead(long hash, long permits, long then, long before) {
    State seen = state;
    return Slots.takeAhead(seen.slot, AT, NOBODY, seen.algorithm, ticker, permits, then, before);
  }

  @Override
  public boolean rejects(long hash, long permits, long now) {
    return retryAfterNanos(hash, permits, now) > 0;
  }

  @Override
  public long remaining(long hash, long now) {
    while (true) {
      State seen = state;
      long word = Slots.word(seen.slot, AT);
      if (word != Slots.MOVING) {
        return seen.algorithm.remaining(word, now);
      }
      awaitChange();
    }
  }

  @Override
  public long retryAfterNanos(long hash, long permits, long now) {
    while (true) {
      State seen = state;
      long word = Slots.word(seen.slot, AT);
      if (word != Slots.MOVING) {
        return Slots.rejects(seen.algorithm, word, now, permits)
            ? seen.algorithm.retryAfterNanos(word, now, permits)
            : 0;
      }
      awaitChange();
    }
  }

  /** What is remembered, for tests. */
  long word() {
    return Slots.word(state.slot, AT);
  }

  @Override
  public long word(long hash) {
    while (true) {
      long word = word();
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
      State current = state;
      return givenBack.of(hash) == count
          && Slots.step(current.algorithm, before, then, permits) == taken
          && Slots.exchange(current.slot, AT, taken, before) == taken;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void waitUntil(long hash, long time) {
    StackRoom.require();
    lock.lock();
    try {
      waits.until(NOBODY, time);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void waitOver(long hash) {
    StackRoom.require();
    lock.lock();
    try {
      waits.over(NOBODY);
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
      State current = state;
      long word;
      long next;
      do {
        // Word, then clock, then exchange: whatever else was taken is in the word, so at readings
        // that this one has passed. With the clock first, a permit that has come back by itself
        // could be given back a second time.
        word = Slots.word(current.slot, AT);
        long others = givenBack.of(hash) - before;
        if (others < 0 || others > current.algorithm.maxPermits()) {
          return; // the limit was changed, or too much was given back to know
        }
        long time = waits.refundTime(NOBODY, ticker.nanos());
        next = current.algorithm.giveBack(word, taken, others, time, permits);
      } while (Slots.exchange(current.slot, AT, word, next) != word);
      if (next != word) {
        givenBack.add(hash, permits); // after the fall (B1)
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void charge(long hash, long permits) {
    while (true) {
      State seen = state;
      long word = Slots.word(seen.slot, AT);
      if (word == Slots.MOVING) {
        awaitChange();
        continue;
      }
      long next = seen.algorithm.charge(word, ticker.nanos(), permits);
      if (Slots.exchange(seen.slot, AT, word, next) == word) {
        return;
      }
    }
  }

  @Override
  public void reset(long hash) {
    StackRoom.require();
    lock.lock();
    try {
      // All that may fail comes before the word is frozen, or all callers would wait without end.
      RateAlgorithm algorithm = state.algorithm;
      State next = new State(algorithm, algorithm.idle(ticker.nanos()));
      givenBack.prepare(hash);
      Slots.freeze(state.slot, AT);
      state = next;
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
      givenBack.prepare(NOBODY);
      rewrite(state, next);
      givenBack.addEverything(NOBODY);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long maxPermits() {
    return state.algorithm.maxPermits();
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

  private void rewrite(State old, RateAlgorithm next) {
    long word = Slots.freeze(old.slot, AT);
    try {
      state = new State(next, new Conversion(old.algorithm, next).word(word, ticker.nanos()));
    } catch (Throwable failure) { // thaw, or all who come would wait for ever
      Slots.word(old.slot, AT, word);
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
