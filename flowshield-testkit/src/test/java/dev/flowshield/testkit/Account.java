package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.testkit.Debts.Debt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The debt of one key, and all later permits that may still be refunded. Refunded permits count as
 * never taken, so the state after them is recomputed.
 */
final class Account {

  /** Permits that are used at a time, possibly ahead; open while they may be refunded. */
  static final class Taking {
    long at;
    long cost;
    boolean open;

    Taking(long at, long cost, boolean open) {
      this.at = at;
      this.cost = cost;
      this.open = open;
    }
  }

  /** A caller that waits until its permits are available. */
  static final class Waiter {
    final String key;
    final long permits;
    final Taking taking;
    final CompletableFuture<Decision> future = new CompletableFuture<>();
    CompletableFuture<Void> timer;

    Waiter(String key, long permits, Taking taking, CompletableFuture<Void> timer) {
      this.key = key;
      this.permits = permits;
      this.taking = taking;
      this.timer = timer;
    }
  }

  Debt debt;
  final List<Taking> takings = new ArrayList<>();
  final List<Waiter> waiters = new ArrayList<>();

  Account(long now) {
    debt = new Debt(0, now);
  }

  /** Returns the debt now, or at the end of the permits taken ahead. */
  Debt owed(Debts debts, long now) {
    return debts.paid(replayed(debts), now);
  }

  /** Returns the debt after all permits taken. */
  Debt replayed(Debts debts) {
    Debt last = debt;
    for (Taking taking : takings) {
      last = debts.after(last, taking);
    }
    return last;
  }

  /** Sets the debt, whatever its origin. */
  void becomes(Debt owed) {
    debt = owed;
    takings.clear();
  }

  Taking append(Debts debts, Taking taking) {
    takings.add(taking);
    while (!takings.isEmpty() && !takings.get(0).open) {
      debt = debts.after(debt, takings.remove(0));
    }
    return taking;
  }
}
