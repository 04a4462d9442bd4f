package dev.flowshield.engine;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A request that waits, and what its caller is told in the end. */
final class Waiter extends CompletableFuture<Admission> {

  final LimitSet set;
  final Charge[] charges;
  final String subject;
  final long deadline;
  private final boolean reserved;

  /** Its question to limiters of another kind; null if there is none, or it is answered. */
  volatile @Nullable LaterAdmission asked;

  /** When those limiters are asked next; written before {@link #asked}. */
  long notBefore;

  private Bill bill; // of the thread that serves, or that of the limiter which was asked

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
    this.deadline = deadline;
    this.notBefore = now;
    this.bill = set.bill(charges, reserved);
  }

  /** What is taken for it; nothing, before it is admitted. */
  Bill bill() {
    return bill;
  }

  /** A new bill, for a question to limiters of another kind. */
  OpenBill newBill() {
    OpenBill made = (OpenBill) set.bill(charges, reserved);
    bill = made;
    return made;
  }

  /** Tells the outcome; if the caller has left, an admission is undone. */
  void tell(Admission outcome, Places places) {
    if (!complete(outcome) && outcome instanceof Admitted admitted) {
      undo(admitted, places);
    }
  }

  /** The caller does not get the outcome; if it is an admission, that is undone. */
  void abandon(Places places) {
    if (!cancel(false) && !isCompletedExceptionally() && join() instanceof Admitted admitted) {
      undo(admitted, places);
    }
  }

  private void undo(Admitted admitted, Places places) {
    try {
      set.settle(bill, null);
    } finally { // a place never given back is lost for good
      places.undo(set, admitted);
    }
  }
}
