package dev.flowshield.engine;

import static java.util.Objects.requireNonNull;

import dev.flowshield.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits, and the outcome for its caller. All but that is for the thread that
 * serves.
 */
final class Waiter extends CompletableFuture<Admission> {

  final LimitSet set;
  final Charge[] charges;
  final String subject;
  final long since;
  final long deadline;
  private final boolean reserved;

  /** Its question to limiters of another kind; null otherwise. */
  private volatile @Nullable AsyncAdmission asked;

  /** True while it is in line. */
  boolean isInLine;

  /** True once it was not admitted at once. */
  boolean hasWaited;

  /** When those limiters are asked next. */
  long notBefore;

  private boolean lacksSlot; // at their answer

  /** The next waiter of its {@link CompletionQueue.Batch}. */
  @Nullable
  Waiter next;

  /**
   * The thread that completes it later; null unless {@link CompletionQueue} leaves it to a call.
   */
  @Nullable
  Thread completedBy;

  private @Nullable Admission outcome;
  private @Nullable Throwable failure;
  private boolean isTold;
  private Transaction transaction;

  /**
   * A request with these charges, one for each limit of the set, which have been checked.
   *
   * @param now a reading of the clock
   * @param deadline the time until which it waits
   */
  Waiter(
      LimitSet set, Charge[] charges, String subject, boolean reserved, long now, long deadline) {
    this.set = set;
    this.charges = charges;
    this.subject = subject;
    this.reserved = reserved;
    this.since = now;
    this.deadline = deadline;
    this.notBefore = now;
    this.transaction = new Transaction(set.limits(), charges, reserved);
  }

  /** Blocks until the answer is there; if the thread is interrupted before, its request leaves. */
  static Admission join(CompletableFuture<Admission> waiting) throws InterruptedException {
    try {
      return waiting.get();
    } catch (InterruptedException interrupted) {
      if (waiting.cancel(false)) {
        throw interrupted;
      }
      Thread.currentThread().interrupt(); // the admission came first: the caller gets both
      return waiting.join();
    } catch (ExecutionException failed) {
      throw new IllegalStateException(
          "waiting to be admitted failed: " + failed.getCause(), failed);
    }
  }

  /** Returns the transaction, which has taken nothing before it is admitted. */
  Transaction transaction() {
    return transaction;
  }

  /**
   * Asks limiters of another kind.
   *
   * @param isLast whether there is no time to ask again
   * @param waiters for which their answer is an event
   * @return {@link Shed#FULL} if there is no slot, else null
   */
  @Nullable
  Admission ask(InFlightTracker slots, boolean isLast, long now, Waiters waiters) {
    if (!slots.isAnyFree(set.criticality(), now)) {
      return Shed.FULL;
    }
    Transaction made = new Transaction(set.limits(), charges, reserved);
    AsyncAdmission later = new AsyncAdmission(slots, set, made, subject, isLast, now);
    CompletableFuture<?> unused = later.whenComplete((answer, failed) -> waiters.run());
    transaction = made;
    if (made.takeLocal(now)) {
      asked = later;
      boolean begun = false;
      try {
        unused = later.begin();
        begun = true;
      } finally {
        if (!begun) { // then nothing is taken
          asked = null;
        }
      }
      if (isDone()) { // perhaps before it was seen that a limiter was asked
        later.cancel(false);
      }
    }
    return null;
  }

  /** Returns whether limiters were asked and have not answered; an answer is taken first. */
  boolean isAsking(Ticker ticker) {
    AsyncAdmission question = asked;
    if (question == null || !question.isDone()) {
      return question != null;
    }
    Admission answer = question.isCompletedExceptionally() ? null : question.getNow(null);
    if (answer instanceof OverLimit over && !question.isLast()) {
      askAgainInTime(over, ticker.nanos());
    } else if (answer instanceof Shed && !question.isLast()) {
      lacksSlot = true;
    } else {
      decide(answer, answer == null ? failureOf(question) : null);
    }
    asked = null; // at last: a failure before it is decided leaves the answer where it is
    return false;
  }

  /** Returns, once, whether there was no slot when limiters of another kind had admitted it. */
  boolean takeLacksSlot() {
    boolean lacked = lacksSlot;
    lacksSlot = false;
    return lacked;
  }

  private static Throwable failureOf(AsyncAdmission question) {
    return requireNonNull(question.handle((answer, failed) -> failed).join());
  }

  /** Does not wait for an answer any more; for any thread. */
  void stopAsking() {
    AsyncAdmission question = asked;
    if (question != null) {
      question.cancel(false);
    }
  }

  private void askAgainInTime(OverLimit rejection, long now) {
    notBefore = now + rejection.retryAfterNanos();
    if (deadline - notBefore < 0) {
      decide(set.limits().external().counted(rejection, charges, now), null);
    }
  }

  /** The outcome is known, and not told yet. */
  void decide(@Nullable Admission known, @Nullable Throwable failed) {
    outcome = known;
    failure = failed;
  }

  boolean isDecided() {
    return outcome != null || failure != null;
  }

  /** Returns whether its outcome is told, or about to be. */
  boolean isTold() {
    return isTold;
  }

  /** The caller does not get it: whatever was taken for it is undone. */
  void abandon(InFlightTracker slots) {
    if (!cancel(false) && !isCompletedExceptionally() && join() instanceof Admitted admitted) {
      undo(admitted, slots);
    }
  }

  /** Tells the outcome, once; if the caller has left, an admission is undone. */
  void tell(InFlightTracker slots) {
    if (isTold) {
      return;
    }
    isTold = true;
    Throwable failed = failure;
    if (failed != null) {
      fail(failed);
    } else if (!complete(requireNonNull(outcome)) && outcome instanceof Admitted admitted) {
      undo(admitted, slots);
    }
  }

  private void fail(Throwable failed) {
    boolean told = false;
    try {
      completeExceptionally(failed);
      told = true;
    } finally { // there may have been no memory: once more
      if (!told) {
        completeExceptionally(failed);
      }
    }
  }

  private void undo(Admitted admitted, InFlightTracker slots) {
    try {
      transaction.refund();
    } finally { // a slot never given back is lost for good
      slots.undo(admitted);
    }
  }
}
