package dev.flowshield.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Work that is admitted and in flight until it is closed.
 *
 * <p>Close it exactly when the work has truly ended, from any thread. A second close does nothing; one never closed is a place lost for
 * good. How the work went is said before: {@link #failed()} or {@link #ignored()}, else it counts as a success.
 *
 * <p>What was reserved can be settled: {@link #settle(long)}.
 *
 * <p>Thread-safe; closing never blocks and never throws.
 */
public final class Admitted implements Admission, AutoCloseable {
  /*
   * State, one int: SUCCESS, FAILED or IGNORED while in flight, then CLOSED for ever.
   *
   * Invariant
   *   A1  Exactly one close finds it not CLOSED, and that one gives the place back (F2 of InFlight), or counts
   *       it as left behind where the stack ends.
   *
   * Memory order: volatile; whatever was said of the outcome before the close counts.
   */
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Admitted.class, "state", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private static final int SUCCESS = 0;
  private static final int FAILED = 1;
  private static final int IGNORED = 2;
  private static final int CLOSED = 3;

  private final Entrance entrance;
  private final @Nullable OpenBill bill; // what can be settled
  private volatile int state = SUCCESS;

  /** With a bill, if it is one that can be settled. */
  Admitted(Entrance entrance, @Nullable Bill bill) {
    this.entrance = entrance;
    this.bill = bill instanceof OpenBill open && open.isReserved() ? open : null;
  }

  /** Uses the field that {@link #close} needs at the end of a stack, so that it is resolved by then. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // of an entrance that no other thread has yet
  static void leaveBehindNone(Entrance entrance) {
    entrance.leftBehind += 0;
  }

  /**
   * Says what the work used in truth of what was reserved, of each limit the same. What was taken too much is given back, as far as it has not
   * come back by itself; what was taken too little is taken now, whether or not it is there.
   *
   * <p>Once, from any thread, before the work is closed or after; the first call counts. Work that is not settled has used what was reserved,
   * however it ended: {@link #failed()} and {@link #ignored()} give no permits back.
   *
   * @throws IllegalArgumentException if {@code used} is negative; nothing is settled then
   * @throws IllegalStateException if nothing was reserved, or not of each limit the same; nothing is settled then
   */
  public void settle(long used) {
    reserved().settle(used);
  }

  /**
   * Says what the work used in truth, by limit and key. What is not named has used what was reserved. Else as {@link #settle(long)}.
   *
   * @param charges among those that were reserved, with what they cost in truth
   * @throws IllegalArgumentException if one was not reserved, or is named twice; nothing is settled then
   * @throws IllegalStateException if nothing was reserved
   */
  public void settle(Charge... charges) {
    reserved().settle(charges);
  }

  private OpenBill reserved() {
    if (bill == null) {
      throw new IllegalStateException(
          "work must be reserved to be settled, got work that was admitted: use reserve(key, permits)");
    }
    return bill;
  }

  /** The work failed: an error of the server's own, a timeout. */
  public void failed() {
    say(FAILED);
  }

  /** How the work went tells nothing: the key went away, or its request was no work at all. */
  public void ignored() {
    say(IGNORED);
  }

  /** The work has ended. */
  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // Entrance.leftBehind says why
  public void close() {
    int outcome = (int) STATE.getAndSet(this, CLOSED);
    if (outcome != CLOSED) {
      boolean left = false;
      try {
        entrance.leave();
        left = true;
      } finally {
        if (!left) {
          entrance.leftBehind++;
        }
      }
      entrance.countEnd(outcome == FAILED, outcome == IGNORED);
    }
  }

  private void say(int outcome) {
    int seen = state;
    while (seen != CLOSED) {
      int found = (int) STATE.compareAndExchange(this, seen, outcome);
      if (found == seen) {
        return;
      }
      seen = found;
    }
  }
}
