package dev.flowshield.engine.limiter;

import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.allowance.Ledger;
import dev.flowshield.engine.allowance.Ledger.FutureTake;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The turn of a waiter: permits of one key, taken from each of several allowances ahead of time,
 * and the time at which they are used.
 *
 * <p>Not thread-safe: for the holder of the lock of the queue, and then for the caller that was
 * served.
 */
final class AdvanceReservation extends IntrusiveList.Node<AdvanceReservation> {

  private final Allowances from;
  private final long hash;
  private final long permits;
  private final long[] rows;
  private final @Nullable FutureTake[] aheads;
  private long time;

  /** A turn for which nothing is taken yet. */
  AdvanceReservation(Allowances from, long hash, long permits) {
    this.from = from;
    this.hash = hash;
    this.permits = permits;
    this.rows = from.rows(hash, permits);
    this.aheads = new @Nullable FutureTake[from.size()];
  }

  /** Returns the number of permits of each allowance. */
  long permits() {
    return permits;
  }

  /** Returns the time at which they are used. */
  long time() {
    return time;
  }

  /**
   * Returns whether the permits can be taken at all; a change of the limits may have made that
   * impossible.
   */
  boolean isPossible() {
    return permits <= from.burst();
  }

  /** Returns the wait until the permits are there; 0 if they are there now. */
  long retryAfterNanos(long now) {
    return from.retryAfterNanos(hash, permits, now);
  }

  /** Takes from all allowances as of a time; false, with nothing taken, if one rejects by then. */
  boolean takeAhead(long then) {
    time = then;
    boolean done = false;
    try {
      for (int i = 0; i < aheads.length; i++) {
        FutureTake ahead = new FutureTake(hash, permits, then);
        aheads[i] = ahead;
        if (!ledger(i).takeAhead(ahead)) {
          return false;
        }
        Allowances.taken(rows, i, ahead.taken(), ahead.stamp());
      }
      done = true;
    } finally { // also when a custom algorithm throws
      if (!done) {
        Arrays.fill(aheads, null);
        refund();
      }
    }
    return true;
  }

  /**
   * Undoes the taking ahead, if the key was not changed since.
   *
   * @return false, with nothing done, if it was or may have been changed, such as by a charge or a
   *     change of the limits
   */
  boolean undo() {
    int last = aheads.length - 1;
    if (!undo(last)) {
      return false;
    }
    for (int i = last - 1; i >= 0; i--) {
      undo(i);
    }
    refund(); // the rest: another turn may share some allowances but not the last
    return true;
  }

  private boolean undo(int i) {
    FutureTake ahead = aheads[i];
    boolean undone = ahead != null && ledger(i).undo(ahead);
    if (undone) {
      aheads[i] = null;
      Allowances.nothingTaken(rows, i);
    }
    return undone;
  }

  /** Refunds the permits of a waiter that is not served. */
  void refund() {
    from.refund(rows);
  }

  /**
   * Records the time at which the permits of the key that were taken ahead last are used: {@link
   * Ledger#waitUntil}.
   */
  void waitUntil(long latest) {
    for (int i = 0; i < aheads.length; i++) {
      ledger(i).waitUntil(hash, latest);
    }
  }

  /** Records that no caller waits for permits of the key any more. */
  void waitOver() {
    for (int i = 0; i < aheads.length; i++) {
      ledger(i).waitOver(hash);
    }
  }

  private Ledger ledger(int i) {
    return from.get(i).ledger(hash);
  }
}
