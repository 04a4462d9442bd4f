package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.testkit.Debts.Debt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What one key owes: a debt, and all takings after it that may still be given back. What was given
 * back was never taken, so everything after it is worked out again.
 */
final class Account {

  /** Permits that are used at a time, perhaps ahead; open while they may be given back. */
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

  /** A caller that waits for its taking to come true. */
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

  /** What is owed now, or at the end of what was taken ahead. */
  Debt owed(Debts debts, long now) {
    return debts.paid(replayed(debts), now);
  }

  /** What is owed after all takings. */
  Debt replayed(Debts debts) {
    Debt last = debt;
    for (Taking taking : takings) {
      last = debts.after(last, taking);
    }
    return last;
  }

  /** Owes this, however that came about. */
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
