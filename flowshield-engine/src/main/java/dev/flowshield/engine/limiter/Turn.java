package dev.flowshield.engine.limiter;

import dev.flowshield.engine.allowance.Allowances;
import dev.flowshield.engine.allowance.Ledger;
import dev.flowshield.engine.allowance.Ledger.Ahead;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The turn of a caller that waits: permits of one key that are taken from all of several allowances
 * ahead of time, and the time at which they are used.
 *
 * <p>A link of the chain of turns. Not thread-safe: for the holder of the lock of the queue, and
 * then for the caller that was served.
 */
final class Turn extends Chain.Node<Turn> {

  private final Allowances from;
  private final long hash;
  private final long permits;
  private final long[] rows;
  private final @Nullable Ahead[] aheads;
  private long time;

  /** A turn for which nothing is taken yet. */
  Turn(Allowances from, long hash, long permits) {
    this.from = from;
    this.hash = hash;
    this.permits = permits;
    this.rows = from.rows(hash, permits);
    this.aheads = new @Nullable Ahead[from.size()];
  }

  /** How many permits of each allowance. */
  long permits() {
    return permits;
  }

  /** The time at which they are used. */
  long time() {
    return time;
  }

  /** Whether the permits can be had at all, which a change of the limits may have ended. */
  boolean isPossible() {
    return permits <= from.burst();
  }

  /** How long the permits are not there yet; 0 if they are. */
  long retryAfterNanos(long now) {
    return from.retryAfterNanos(hash, permits, now);
  }

  /** Takes from all allowances as of a time; false, with nothing taken, if one rejects by then. */
  boolean takeAhead(long then) {
    time = then;
    boolean done = false;
    try {
      for (int i = 0; i < aheads.length; i++) {
        Ahead ahead = new Ahead(hash, permits, then);
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
        settle(0);
      }
    }
    return true;
  }

  /**
   * Undoes the taking ahead, if it was the last thing done to the key.
   *
   * @return false, with nothing done, if it was not, or that is not sure: a true cost was charged,
   *     say, or the limits were changed
   */
  boolean undo() {
    int last = aheads.length - 1;
    if (!undo(last)) {
      return false;
    }
    for (int i = last - 1; i >= 0; i--) {
      undo(i);
    }
    settle(0); // where another shares an allowance and not the last one: then with care
    return true;
  }

  private boolean undo(int i) {
    Ahead ahead = aheads[i];
    boolean undone = ahead != null && ledger(i).undo(ahead);
    if (undone) {
      aheads[i] = null;
      Allowances.nothingTaken(rows, i);
    }
    return undone;
  }

  /** Sets the account right: refunds what was not used of the permits. */
  void settle(long used) {
    from.settle(rows, used);
  }

  /**
   * The permits of the key that are taken ahead last are used at this time, whatever else is
   * refunded: {@link Ledger#waitUntil}.
   */
  void waitUntil(long latest) {
    for (int i = 0; i < aheads.length; i++) {
      ledger(i).waitUntil(hash, latest);
    }
  }

  /** No caller waits for permits of the key any more. */
  void waitOver() {
    for (int i = 0; i < aheads.length; i++) {
      ledger(i).waitOver(hash);
    }
  }

  private Ledger ledger(int i) {
    return from.get(i).ledger(hash);
  }
}
