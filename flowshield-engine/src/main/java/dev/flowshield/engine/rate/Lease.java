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
  private long then;

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
    return takeAhead(now, 0);
  }

  /** Lets nothing be given back that was taken before: {@link Allowances#keepTaken}. */
  public void keepTaken() {
    for (Allowances limit : limits) {
      limit.keepTaken(hash);
    }
  }

  /** Takes from all limits, as if it were so much later; false, with nothing taken, if one refuses by now. */
  public boolean takeAhead(long now, long ahead) {
    then = now + ahead;
    int done = 0;
    try {
      while (done < limits.length) {
        words[done] = limits[done].word(hash);
        before[done] = limits[done].givenBack(hash);
        taken[done] = limits[done].takeAhead(hash, permits, now, ahead);
        if (taken[done] == REJECTED) {
          return false;
        }
        done++;
      }
      return true;
    } finally { // also when somebody's algorithm throws
      if (done < limits.length) {
        giveBack(done, permits);
      }
    }
  }

  /**
   * Makes the taking undone, if it was the last thing done to the key.
   *
   * @return false, with nothing done, if it was not, or that is not sure: a true cost was charged, say, or the limits were changed
   */
  public boolean undo() {
    int last = limits.length - 1;
    if (!undo(last)) {
      return false;
    }
    for (int i = last - 1; i >= 0; i--) {
      if (!undo(i)) { // only where another shares this limit and not the last: then with care
        limits[i].giveBack(hash, taken[i], before[i], permits);
      }
    }
    return true;
  }

  private boolean undo(int i) {
    return limits[i].undo(hash, words[i], taken[i], permits, then, before[i]);
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
    if (used <= permits) {
      giveBack(limits.length, permits - used);
    } else {
      charge(limits.length, used - permits);
    }
  }

  private void giveBack(int count, long unused) {
    if (count > 0 && unused > 0) {
      int last = count - 1;
      try {
        limits[last].giveBack(hash, taken[last], before[last], unused);
      } finally { // one that fails does not keep the others from theirs
        giveBack(last, unused);
      }
    }
  }

  private void charge(int count, long more) {
    if (count > 0) {
      try {
        limits[count - 1].charge(hash, more);
      } finally {
        charge(count - 1, more);
      }
    }
  }
}
