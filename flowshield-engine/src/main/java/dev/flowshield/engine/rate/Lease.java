package dev.flowshield.engine.rate;

import static dev.flowshield.spi.RateAlgorithm.REJECTED;

/**
 * Permits of one key taken from one or more limits, with what it needs to give them back or to settle what they were taken for.
 *
 * <p>Not thread-safe: whoever ends it does so once.
 */
public final class Lease {

  private final Allowances[] limits;
  private final long hash;
  private final long permits;
  private final long[] words;
  private final long[] before;
  private final long[] taken;
  private int held; // by how many limits
  private boolean ahead;
  private long time;

  public Lease(Allowances[] limits, long hash, long permits) {
    this.limits = limits;
    this.hash = hash;
    this.permits = permits;
    this.words = new long[limits.length];
    this.before = new long[limits.length];
    this.taken = new long[limits.length];
  }

  /** Takes from all limits now; false, with nothing taken, if one refuses by now. */
  public boolean take(long now) {
    return take(now, false);
  }

  /** Takes from all limits, as if it were that time already; false, with nothing taken, if one refuses by now. */
  public boolean takeAhead(long then) {
    return take(then, true);
  }

  private boolean take(long then, boolean isAhead) {
    time = then;
    ahead = isAhead;
    held = 0;
    boolean all = false;
    try {
      while (held < limits.length) {
        Allowances limit = limits[held];
        before[held] = limit.givenBack(hash);
        taken[held] = ahead ? takeAhead(limit, held) : limit.take(hash, permits, then);
        if (taken[held] == REJECTED) {
          return false;
        }
        held++;
      }
      all = true;
      return true;
    } finally { // also when a custom algorithm throws
      if (!all) {
        settle(0);
      }
    }
  }

  private long takeAhead(Allowances limit, int i) {
    long next;
    do {
      words[i] = limit.word(hash);
      next = limit.takeAhead(hash, permits, time, words[i]);
    } while (next == Slots.MOVING);
    return next;
  }

  /** How many permits of each limit. */
  public long permits() {
    return permits;
  }

  /** The time for which they were taken. */
  public long time() {
    return time;
  }

  /** The permits of a key that are taken ahead last are used at this time, whatever else is given back: {@link Waits}. */
  public void waitUntil(long latest) {
    for (Allowances limit : limits) {
      limit.waitUntil(hash, latest);
    }
  }

  /** Nothing is waited for any more. */
  public void waitOver() {
    for (Allowances limit : limits) {
      limit.waitOver(hash);
    }
  }

  /**
   * Undoes a taking ahead, if it was the last thing done to the key.
   *
   * @return false, with nothing done, if it was not, or that is not sure: a true cost was charged, say, or the limits were changed
   */
  public boolean undo() {
    int last = limits.length - 1;
    if (!ahead || held < limits.length || !undo(last)) {
      return false;
    }
    held = last;
    while (held > 0) {
      held--;
      if (!undo(held)) { // only where another shares this limit and not the last: then with care
        limits[held].giveBack(hash, taken[held], before[held], permits);
      }
    }
    return true;
  }

  private boolean undo(int i) {
    return limits[i].undo(hash, words[i], taken[i], permits, time, before[i]);
  }

  /** Whether the permits can be had at all, which a change of the limits may have ended. */
  public boolean isPossible() {
    for (Allowances limit : limits) {
      if (permits > limit.maxPermits()) {
        return false;
      }
    }
    return true;
  }

  /** How long the permits are not there yet; 0 if they are. */
  public long retryAfterNanos(long now) {
    return AllOrNothing.retryAfterNanos(limits, hash, permits, now);
  }

  /** Sets the account right: gives back what was not used of the permits, or takes what was used beyond them. */
  public void settle(long used) {
    if (held > 0) {
      held--;
      try {
        settle(held, used);
      } finally { // one that fails does not keep the others from theirs
        settle(used);
      }
    }
  }

  private void settle(int i, long used) {
    if (used < permits) {
      limits[i].giveBack(hash, taken[i], before[i], permits - used);
    } else if (used > permits) {
      limits[i].charge(hash, used - permits);
    }
  }
}
