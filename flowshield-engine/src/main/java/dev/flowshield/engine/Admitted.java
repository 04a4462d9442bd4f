package dev.flowshield.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Work that is admitted and in flight until it is closed.
 *
 * <p>Close it exactly when the work has truly ended, from any thread. A second close does nothing; one never closed is a place lost for
 * good. How the work went is said before: {@link #failed()} or {@link #ignored()}, else it counts as a success.
 *
 * <p>Thread-safe; never blocks, never throws.
 */
public final class Admitted implements Admission, AutoCloseable {
  /*
   * State, one int: SUCCESS, FAILED or IGNORED while in flight, then CLOSED for ever.
   *
   * Invariant
   *   A1  Exactly one close finds it not CLOSED, and that one gives the place back (F2 of InFlight).
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

  private final FlowShield shield;
  private volatile int state = SUCCESS;

  Admitted(FlowShield shield) {
    this.shield = shield;
  }

  /** The work failed: an error of the server's own, a timeout. */
  public void failed() {
    say(FAILED);
  }

  /** How the work went tells nothing: the client went away, or its request was no work at all. */
  public void ignored() {
    say(IGNORED);
  }

  /** The work has ended. */
  @Override
  public void close() {
    int outcome = (int) STATE.getAndSet(this, CLOSED);
    if (outcome != CLOSED) {
      shield.ended(outcome == FAILED, outcome == IGNORED);
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
