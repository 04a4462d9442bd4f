package dev.flowshield.engine;

import dev.flowshield.LimitStatus;
import dev.flowshield.engine.overload.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Work that is admitted and in flight until it is closed.
 *
 * <p>Close it when the work has ended, from any thread. A second close has no effect. An admission
 * that is never closed holds its slot for good, unless the shield {@linkplain
 * FlowShieldBuilder#detectLeaks() detects leaks}. Set its outcome before the close, by {@link
 * #failed()} or {@link #ignored()}; otherwise it counts as a success.
 *
 * <p>Reserved permits can be settled: {@link #settle(long)}.
 *
 * <p>Thread-safe; closing never blocks. It throws only if the ticker of the shield throws, or if
 * there is no memory or stack: the slot is released first, unless the stack ends in the release.
 */
public sealed class Admitted implements Admission, AutoCloseable permits DetailedAdmitted {
  /*
   * State, one long: the slot in flight, and in its two lowest bits SUCCESS, FAILED or IGNORED
   * while in flight, then CLOSED for good.
   *
   * Invariant
   *   A1  Exactly one close finds it not CLOSED. That close releases the slot (F2 of InFlight). If
   *       the stack ends there, LeakDetector finds the slot.
   *
   * Memory order: volatile. An outcome that was set before the close counts.
   */
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Admitted.class, "state", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private static final int FAILED = 1;
  private static final int IGNORED = 2;
  private static final Outcome[] OUTCOMES = {Outcome.SUCCESS, Outcome.FAILED, Outcome.IGNORED};
  private static final int OUTCOME_BITS = 2;
  private static final int CLOSED = 3; // and the mask of the outcome

  private final InFlightTracker slots;
  private volatile long state;

  /** An admission that holds a slot in flight. */
  Admitted(InFlightTracker slots, long slot) {
    this.slots = slots;
    STATE.set(this, slot << OUTCOME_BITS); // no thread has it yet, so there is nothing to order
  }

  /** Returns the slot, until it is closed. */
  final long slot() {
    return state >> OUTCOME_BITS;
  }

  /** Returns the watch that detects its leak; null if leaks are not detected. */
  LeakDetector.@Nullable Watch watch() {
    return null;
  }

  /**
   * Returns the transaction that can be settled, or that holds permits of limiters of another kind;
   * null if there is neither.
   */
  @Nullable
  Transaction transaction() {
    return null;
  }

  /**
   * Returns the state of the limits that a store or another limiter keeps, as it was when permits
   * were given, if the limiter can reserve. Excludes limits that were settled, and limits of
   * several rates whose store did not answer. Asks no limiter, unlike {@link
   * FlowShield#limitStatus}.
   */
  public final List<LimitStatus> limitStatus() {
    Transaction transaction = transaction();
    return transaction == null ? List.of() : transaction.limitStatus();
  }

  /**
   * Settles reserved permits at their true cost, the same for each limit. Unused permits are
   * refunded, up to the burst, however long the work took. Permits that were used beyond the
   * estimate are taken now, whether or not they are there. A span of time therefore spends at most
   * the permits that a limit admits in it, and those that were reserved and open when the span
   * began.
   *
   * <p>Takes effect once, from any thread, before the close or after it; the first call counts.
   * Work that is never settled has used all reserved permits, however it ended: {@link #failed()}
   * and {@link #ignored()} refund nothing.
   *
   * @throws IllegalArgumentException if {@code used} is negative; nothing is settled then
   * @throws IllegalStateException if nothing was reserved, or limits were reserved at different
   *     costs; nothing is settled then
   */
  public final void settle(long used) {
    reserved().settle(used);
  }

  /**
   * Settles reserved permits at their true cost, by limit and key. A charge that is not named has
   * used its reserved permits. Otherwise like {@link #settle(long)}.
   *
   * @param charges among those that were reserved, each with its true cost
   * @throws IllegalArgumentException if one was not reserved, or is named twice; nothing is settled
   *     then
   * @throws IllegalStateException if nothing was reserved
   */
  public final void settle(Charge... charges) {
    reserved().settle(charges);
  }

  private Transaction reserved() {
    Transaction transaction = transaction();
    if (transaction == null || !transaction.isReserved()) {
      throw new IllegalStateException(
          "work must be reserved to be settled, got work that was admitted: ask for it by Request.reserved()");
    }
    return transaction;
  }

  /** Records that the work failed: an error of the server's own, or a timeout. */
  public final void failed() {
    say(FAILED);
  }

  /** Records that the outcome means nothing: the client went away, or its request was no work. */
  public final void ignored() {
    say(IGNORED);
  }

  /** Records that the work has ended, and releases its slot. */
  @Override
  public void close() {
    long last = (long) STATE.getAndSet(this, (long) CLOSED);
    if ((last & CLOSED) != CLOSED) {
      slots.end(this, last >> OUTCOME_BITS, OUTCOMES[(int) last & CLOSED]);
    }
  }

  private void say(int outcome) {
    long seen = state;
    while ((seen & CLOSED) != CLOSED) {
      long next = (seen & ~CLOSED) | outcome;
      long found = (long) STATE.compareAndExchange(this, seen, next);
      if (found == seen) {
        return;
      }
      seen = found;
    }
  }
}
