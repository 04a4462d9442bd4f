package dev.flowshield.engine.allowance;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

import dev.flowshield.spi.RateAlgorithm;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Every operation on words but a plain taking: refunds, charges, resets, and takings ahead of time
 * for callers that wait. Each is a {@link WordUpdate} under one lock.
 *
 * <p>Thread-safe. A request that is admitted calls only {@link #stamp}, which takes no lock.
 */
public abstract class Ledger {

  private final Refunds refunds;
  private final WaitTimes waits = new WaitTimes(); // under the lock
  private final Refund refund = new Refund();
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * A ledger.
   *
   * @param shares how many counts of refunds the keys share, a power of two
   */
  protected Ledger(int shares) {
    this.refunds = new Refunds(shares);
  }

  /**
   * Rewrites the word of a key, under the lock; a key without a word of its own gets one. Returns
   * whether the word has changed.
   */
  protected abstract boolean rewrite(long hash, WordUpdate rewrite);

  /** Rewrites the word of a key; false, with nothing done, if the key has no word of its own. */
  protected abstract boolean rewriteOwn(long hash, WordUpdate rewrite);

  /**
   * Rewrites the word of a key to one that owes less. A key without a word of its own may get one
   * first.
   */
  protected boolean lower(long hash, WordUpdate rewrite) {
    return rewriteOwn(hash, rewrite);
  }

  /** Takes permits that were used already, under the lock. */
  protected void takeUsed(long hash, long permits) {
    rewrite(hash, (algorithm, word, now) -> algorithm.charge(word, now, permits));
  }

  /** Restores the whole allowance of a key, under the lock. */
  protected abstract void renew(long hash);

  /**
   * Moves all permits into words, under the lock, so that a caller can wait for them.
   */
  protected abstract void gather();

  /** Returns the hash under which waits for the permits of a key are recorded. */
  protected long waiter(long hash) {
    return hash;
  }

  /** Takes the lock of the words, which is to be released in a {@code finally}. */
  protected final void lock() {
    lock.lock();
  }

  protected final void unlock() {
    lock.unlock();
  }

  /**
   * Returns once the thread that holds the lock has released it.
   *
   * @throws IllegalStateException if this thread holds it: its ticker or algorithm has called the
   *     limiter that calls it, which would wait for itself
   */
  protected final void awaitUnlock() {
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException("a ticker must only tell the time, got one that asks the"
          + " limiter that reads it: let it read a clock and nothing else");
    }
    lock();
    unlock();
  }

  /**
   * Begins an epoch for all keys: permits taken before are not refunded any more. Under the lock,
   * after words of another algorithm were published.
   */
  protected final void beginEpoch() {
    refunds.beginEpoch();
  }

  /** Returns the permits refunded to a key so far, for a refund. Read before a taking. */
  public final long stamp(long hash) {
    return refunds.stamp(hash);
  }

  /**
   * Refunds permits of a request that is not admitted after all, except those that have come back
   * by themselves: then the key is as if they had never been taken. Permits that came from a shared
   * overflow, or were taken before a reset or a change of the limit, are not refunded.
   *
   * @param taken the word after the taking
   * @param stamp the result of {@link #stamp} before the taking
   */
  public final void refund(long hash, long taken, long stamp, long permits) {
    refund(hash, taken, stamp, permits, false);
  }

  /**
   * Refunds permits that an admitted request did not use, up to the burst, however long it took.
   * They were promised to the request, and could have been used until now. So they are refunded
   * even if as many have come back by themselves since. Otherwise as {@link #refund}, also while a
   * caller waits for the key: the caller has taken the permits that come back until its time.
   */
  public final void settle(long hash, long taken, long stamp, long permits) {
    refund(hash, taken, stamp, permits, true);
  }

  private void refund(long hash, long taken, long stamp, long permits, boolean promised) {
    lock();
    try {
      refunds.prepare();
      long others = refunds.since(hash, stamp);
      if (others != Refunds.ANOTHER_EPOCH
          && rewriteOwn(hash, refund.of(hash, taken, others, permits, promised))) {
        refunds.add(hash, permits); // after the fall (B1)
      }
    } finally {
      unlock();
    }
  }

  /**
   * A refund, used under the lock. Allocated once, so that no refund fails for lack of memory.
   */
  private final class Refund implements WordUpdate {

    private long hash;
    private long taken;
    private long others;
    private long permits;
    private boolean promised;

    Refund of(long ofHash, long ofTaken, long ofOthers, long ofPermits, boolean isPromised) {
      hash = ofHash;
      taken = ofTaken;
      others = ofOthers;
      permits = ofPermits;
      promised = isPromised;
      return this;
    }

    @Override
    public long next(RateAlgorithm algorithm, long word, long now) {
      if (promised && !waits.isWaitedFor(waiter(hash))) {
        return algorithm.add(word, now, permits);
      }
      return others > algorithm.burst()
          ? word // too much was refunded to know the rest of the debt
          : algorithm.refund(word, taken, others, timeFor(hash, now), permits);
    }
  }

  /** Returns the time as of which permits are given to a key. */
  private long timeFor(long hash, long now) {
    return waits.refundTime(waiter(hash), now);
  }

  /**
   * Adds permits to those that are there, up to the burst. They count as refunded, since permits
   * that were taken before may come back earlier through them.
   */
  public final void add(long hash, long permits) {
    lock();
    try {
      refunds.prepare();
      if (lower(hash, (algorithm, word, now) -> algorithm.add(word, timeFor(hash, now), permits))) {
        refunds.add(hash, permits); // as a refund
      }
    } finally {
      unlock();
    }
  }

  /** Takes permits that were used already, whether or not they are there. */
  public final void charge(long hash, long permits) {
    lock();
    try {
      takeUsed(hash, permits);
    } finally {
      unlock();
    }
  }

  /** Restores the whole allowance of a key. */
  public final void reset(long hash) {
    lock();
    try {
      refunds.prepare();
      renew(hash);
      refunds.beginEpoch(hash); // after, as any fall (B1)
    } finally {
      unlock();
    }
  }

  /**
   * Takes permits as of a later time, for a caller that then waits for that time.
   *
   * @return whether they are there by then
   */
  public final boolean takeAhead(FutureTake ahead) {
    lock();
    try {
      gather();
      ahead.stamp = refunds.stamp(ahead.hash);
      rewrite(ahead.hash, ahead);
      return ahead.taken != REJECTED;
    } finally {
      unlock();
    }
  }

  /**
   * Undoes a taking ahead of time without a trace.
   *
   * @return false, with nothing done, unless it is certain that the key was not changed since; then
   *     the caller refunds instead
   */
  public final boolean undo(FutureTake ahead) {
    lock();
    try {
      return refunds.since(ahead.hash, ahead.stamp) == 0 && rewriteOwn(ahead.hash, ahead::undone);
    } finally {
      unlock();
    }
  }

  /**
   * Records the latest time until which a caller waits for permits of a key; see {@code WaitTimes}.
   */
  public final void waitUntil(long hash, long time) {
    lock();
    try {
      waits.until(waiter(hash), time);
    } finally {
      unlock();
    }
  }

  /** Records that no caller waits for permits of a key any more. */
  public final void waitOver(long hash) {
    lock();
    try {
      waits.over(waiter(hash));
    } finally {
      unlock();
    }
  }

  /** A taking ahead of time, and the state for its undo. */
  public static final class FutureTake implements WordUpdate {

    private final long hash;
    private final long permits;
    private final long then;
    private long stamp;
    private long before;
    private long taken;

    /** Permits of a key, as of a time. */
    public FutureTake(long hash, long permits, long then) {
      this.hash = hash;
      this.permits = permits;
      this.then = then;
    }

    public long stamp() {
      return stamp;
    }

    /** Returns the word after the taking. */
    public long taken() {
      return taken;
    }

    @Override
    public long next(RateAlgorithm algorithm, long word, long now) {
      long time = then - now > 0 ? then : now; // that time may have passed by now
      before = word;
      taken = Words.stepOrRenew(algorithm, word, now, time, permits);
      return taken == REJECTED ? word : taken;
    }

    private long undone(RateAlgorithm algorithm, long word, long now) {
      if (word != taken || Words.step(algorithm, before, then, permits) != taken) {
        return word;
      }
      return algorithm.isIdle(before, now) ? algorithm.idle(now) : before;
    }
  }
}
