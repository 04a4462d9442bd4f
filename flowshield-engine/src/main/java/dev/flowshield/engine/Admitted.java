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
 * <p>Close it exactly when the work has ended, from any thread. A second close does nothing; an
 * admission that is never closed is a place lost for good, unless the shield {@linkplain
 * FlowShieldBuilder#detectLeaks() detects leaks}. Its outcome is set before the close, by {@link
 * #failed()} or {@link #ignored()}; without either it counts as a success.
 *
 * <p>What was reserved can be settled: {@link #settle(long)}.
 *
 * <p>Thread-safe; closing never blocks. It throws only what the ticker of the shield throws, or if
 * there is no memory or stack: the place is released first, unless the stack ends in the release.
 */
public sealed class Admitted implements Admission, AutoCloseable permits DetailedAdmitted {
  /*
   * State, one long: the place in flight, and in its two lowest bits SUCCESS, FAILED or IGNORED
   * while in flight, then CLOSED for good.
   *
   * Invariant
   *   A1  Exactly one close finds it not CLOSED. That close releases the place (F2 of InFlight). If
   *       the stack ends there, LeakDetector finds the place.
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

  private final InFlightTracker places;
  private volatile long state;

  /** With a place in flight. */
  Admitted(InFlightTracker places, long place) {
    this.places = places;
    STATE.set(this, place << OUTCOME_BITS); // no thread has it yet, so there is nothing to order
  }

  /** The place, until it is closed. */
  final long place() {
    return state >> OUTCOME_BITS;
  }

  /** Records that the place is released, so the admission is no leak. */
  void released() {}

  /** What can be settled, or was given by limiters of another kind; null if there is neither. */
  @Nullable
  Transaction transaction() {
    return null;
  }

  /**
   * How the limits stand that a store or another limiter keeps, as each said when it gave permits,
   * if it can reserve; without those that were settled, and those of several rates whose store did
   * not answer. Asks nothing, where {@link FlowShield#limitStatus} would.
   */
  public final List<LimitStatus> limitStatus() {
    Transaction transaction = transaction();
    return transaction == null ? List.of() : transaction.limitStatus();
  }

  /**
   * Settles what was reserved at its true cost, the same for each limit. Permits that were not used
   * are refunded, up to the burst, however long the work took. Permits that were used beyond the
   * estimate are taken now, whether or not they are there. So any span of time spends at most what
   * a limit admits in it, and what was reserved and open when the span began.
   *
   * <p>Once, from any thread, before the close or after it; the first call counts. Work that is
   * never settled has used what was reserved, however it ended: {@link #failed()} and
   * {@link #ignored()} refund nothing.
   *
   * @throws IllegalArgumentException if {@code used} is negative; nothing is settled then
   * @throws IllegalStateException if nothing was reserved, or limits were reserved at different
   *     costs; nothing is settled then
   */
  public final void settle(long used) {
    reserved().settle(used);
  }

  /**
   * Settles what was reserved at its true cost, by limit and key. A charge that is not named has
   * used what was reserved. Else as {@link #settle(long)}.
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

  /** The work failed: an error of the server's own, a timeout. */
  public final void failed() {
    say(FAILED);
  }

  /** The outcome means nothing: the client went away, or its request was no work at all. */
  public final void ignored() {
    say(IGNORED);
  }

  /** The work has ended. */
  @Override
  public void close() {
    long last = (long) STATE.getAndSet(this, (long) CLOSED);
    if ((last & CLOSED) != CLOSED) {
      places.end(this, last >> OUTCOME_BITS, OUTCOMES[(int) last & CLOSED]);
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
