package dev.flowshield.engine;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An admission that waits for limiters of another kind, without a thread.
 *
 * <p>The engine's permits are held while a limiter thinks, a slot in flight is not; only a limiter
 * that cannot take permits back is asked with the slot in hand. If the caller completes or cancels
 * the future first, everything is given back, and a later answer of a limiter is given back to it.
 */
final class AsyncAdmission extends CompletableFuture<Admission> {
  /*
   * State, one long: the number of the question to be asked next, and below it the thread that may
   * touch the transaction and the slot:
   *
   *   WORKING  the thread that runs the steps
   *   WAITING  no thread: a limiter was asked and has not answered
   *   GONE     the thread that was working when the caller left; it gives back everything it holds
   *   DONE     no thread; the outcome is decided
   *
   * Invariants
   *   D1  A thread works from an exchange that it won to the next exchange that it makes. So one
   *       thread at a time touches the transaction, and its work happens-before that of the next
   *       one.
   *   D2  Everything held is handed to the caller or given back, by one thread: the worker, or the
   *       one that found WAITING when the caller left.
   *   D3  An answer counts once, for the question that it answers: a late or second one
   *       finds another number, or GONE, and is given back.
   */
  private static final int WORKING = 0;
  private static final int WAITING = 1;
  private static final int GONE = 2;
  private static final int DONE = 3;
  private static final int MODE_BITS = 2;

  private final AtomicLong state = new AtomicLong(state(0, WORKING));
  private final InFlightTracker slots;
  private final LimitSet set;
  private final ExternalLimits external;
  private final Transaction transaction;
  private final String subject;
  private final boolean isLast;
  private final long now;
  private @Nullable Admitted admitted; // the slot

  /**
   * An admission for which the engine's permits of the transaction are taken, by a reading of the
   * clock.
   *
   * @param isLast whether a rejection is the end of the request, and so to be counted
   */
  AsyncAdmission(
      InFlightTracker slots,
      LimitSet set,
      Transaction transaction,
      String subject,
      boolean isLast,
      long now) {
    this.slots = slots;
    this.set = set;
    this.external = set.limits().external();
    this.transaction = transaction;
    this.subject = subject;
    this.isLast = isLast;
    this.now = now;
  }

  private static long state(int index, int mode) {
    return ((long) index << MODE_BITS) | mode;
  }

  /** Returns whether a rejection is the end of the request. */
  boolean isLast() {
    return isLast;
  }

  /** Asks the limiters. */
  @SuppressWarnings("FutureReturnValueIgnored") // leave() does not throw
  CompletableFuture<Admission> begin() {
    try {
      whenComplete((outcome, failure) -> leave());
    } catch (Throwable failure) { // no memory: no one would see the caller leave
      refund();
      throw failure;
    }
    work(0);
    return this;
  }

  /** The caller has the outcome, or does not want it any more. */
  private void leave() {
    while (true) {
      long seen = state.get();
      int mode = (int) seen & DONE;
      if (mode == DONE || mode == GONE) {
        return;
      }
      if (state.compareAndSet(seen, seen - mode + GONE)) {
        if (mode == WAITING) {
          refund();
        }
        return;
      }
    }
  }

  /**
   * Takes the steps from a limiter on, until one has to be waited for; anything that fails ends it.
   */
  private void work(int index) {
    try {
      if (index < external.questions()) {
        ask(index);
      } else if (enter()) {
        Admitted admission = Objects.requireNonNull(admitted);
        transaction.takeShadows(now);
        if (!isDone()) {
          transaction.countAdmitted(); // first, because the caller may read the count
          slots.countAdmitted(admission);
        }
        end(index, admission);
      }
    } catch (Throwable failure) {
      fail(index, failure);
    }
  }

  private void ask(int index) {
    if (!external.canRefund(index) && !enter()) {
      return;
    }
    BiConsumer<@Nullable Object, @Nullable Throwable> next =
        (answer, failure) -> answered(index, answer, failure); // first, it may find no memory
    CompletionStage<?> asked = external.askLater(index, transaction);
    boolean isWanted = state.compareAndSet(state(index, WORKING), state(index, WAITING));
    try {
      if (asked instanceof CompletableFuture<?> known
          && known.isDone()
          && !known.isCompletedExceptionally()) { // without memory that there may not be
        answered(index, known.getNow(null), null);
      } else {
        asked.whenComplete(next);
      }
    } catch (Throwable failure) {
      if (state.compareAndSet(state(index, WAITING), state(index, WORKING))) {
        throw failure;
      }
    } finally { // after the answer was seen to, because giving back may fail
      if (!isWanted) {
        refund();
      }
    }
  }

  private void answered(int index, @Nullable Object answer, @Nullable Throwable failure) {
    if (!state.compareAndSet(state(index, WAITING), state(index + 1, WORKING))) { // D3
      ExternalReply.refund(answer);
    } else if (failure != null) {
      fail(index + 1, failure);
    } else {
      hold(index, answer);
    }
  }

  private void hold(int index, @Nullable Object answer) {
    try {
      ExternalReply.Rejected rejected = external.hold(index, answer, transaction);
      if (rejected == null) {
        work(index + 1);
        return;
      }
      Rejection rejection = external.rejected(index, rejected, transaction, isLast, now);
      if (rejection == null) { // a shadow
        work(index + 1);
      } else {
        refund();
        end(index + 1, rejection);
      }
    } catch (Throwable failure) {
      fail(index + 1, failure);
    }
  }

  /**
   * Takes a slot in flight, unless it has one; if there is none, that is the outcome. It is
   * counted if it is the end of the request.
   */
  private boolean enter() {
    if (admitted == null) {
      admitted = slots.enter(
          set, subject, set.limits().subjectHash(transaction.charges()), transaction, now);
    }
    if (admitted != null) {
      return true;
    }
    refund();
    end(position(), isLast ? slots.shed(set, subject, now) : Shed.FULL);
    return false;
  }

  private int position() {
    return (int) (state.get() >>> MODE_BITS);
  }

  /**
   * Hands the outcome to the caller; if the caller has left, everything taken for it is given back.
   */
  private void end(int index, Admission outcome) {
    boolean isHeld = outcome instanceof Admitted;
    boolean isMine = state.compareAndSet(state(index, WORKING), state(index, DONE));
    if (!(isMine && complete(outcome)) && isHeld) {
      refund();
    }
  }

  private void fail(int index, Throwable failure) {
    try {
      refund();
    } catch (Throwable another) {
      if (another != failure) {
        failure.addSuppressed(another);
      }
    } finally {
      state.compareAndSet(state(index, WORKING), state(index, DONE));
      completeExceptionally(
          failure instanceof CompletionException wrapped && wrapped.getCause() != null
              ? wrapped.getCause()
              : failure);
    }
  }

  private void refund() {
    Admitted slot = admitted;
    admitted = null;
    try {
      transaction.refund();
    } finally { // a slot never given back is lost for good
      if (slot != null) {
        slots.undo(slot);
      }
    }
  }
}
