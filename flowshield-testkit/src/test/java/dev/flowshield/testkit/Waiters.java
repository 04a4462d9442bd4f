package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.Ticker;
import dev.flowshield.testkit.Account.Taking;
import dev.flowshield.testkit.Account.Waiter;
import dev.flowshield.testkit.Debts.Debt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The callers that wait for a limiter, each with permits taken ahead and a timer. A {@link Defect}
 * overrides the steps that it gets wrong.
 */
class Waiters {

  private final ExactLimiter limiter;
  private final Ticker ticker;
  private final int maxQueued;
  int queued;

  Waiters(ExactLimiter limiter, LimiterSpec spec) {
    this.limiter = limiter;
    this.ticker = spec.ticker();
    this.maxQueued = spec.maxQueued();
  }

  /** Returns a future of the ticker, which may throw. */
  CompletableFuture<Void> timer(long nanos) {
    return ticker.after(nanos);
  }

  /** Returns whether a woken waiter is served. */
  boolean isServed(Waiter waiter) {
    return true;
  }

  /** Returns whether a waiter gives up after its future was completed. */
  boolean givesUp(Waiter waiter) {
    return true;
  }

  final boolean areAsManyAsMayWait() {
    return queued >= maxQueued;
  }

  /** Takes permits that are available after the given wait. */
  final CompletableFuture<Decision> add(String key, long permits, long ahead, long now) {
    CompletableFuture<Void> timer = timer(ahead); // first, because it may throw
    Account account = limiter.accounts().of(key, now);
    Taking taking = new Taking(now + ahead, limiter.debts().cost(permits), true);
    Waiter waiter = new Waiter(key, permits, account.append(limiter.debts(), taking), timer);
    account.waiters.add(waiter);
    queued++;
    wakes(timer, waiter);
    CompletableFuture<Decision> unused = waiter.future.whenComplete((decision, failure) -> {
      if (givesUp(waiter)) {
        giveUp(waiter);
      }
    });
    return waiter.future;
  }

  private void wakes(CompletableFuture<Void> timer, Waiter waiter) {
    CompletableFuture<Void> unused = timer.thenRun(() -> {
      if (isServed(waiter)) {
        serve(waiter);
      }
    });
  }

  /** Completes a waiter whose permits are available. */
  final void serve(Waiter waiter) {
    limiter.enter();
    try {
      if (!waiter.taking.open) {
        return;
      }
      remove(waiter);
      limiter.settle(waiter.key, waiter.taking, 0);
    } finally {
      limiter.leave();
    }
    waiter.future.complete(new Decision.Admitted(0));
  }

  private void giveUp(Waiter waiter) {
    List<Waiter> due = List.of();
    limiter.enter();
    try {
      if (waiter.taking.open) {
        remove(waiter);
        waiter.timer.cancel(false);
        due = limiter.settle(waiter.key, waiter.taking, waiter.permits);
      }
    } finally {
      limiter.leave();
    }
    due.forEach(this::serve);
  }

  private void remove(Waiter waiter) {
    queued--;
    Account account = limiter.accounts().find(waiter.key);
    if (account != null) {
      account.waiters.remove(waiter);
    }
  }

  /** Moves waiters to the earliest possible times, and returns those that can be served now. */
  List<Waiter> moveUp(Account account) {
    Debts debts = limiter.debts();
    long now = ticker.nanos();
    List<Waiter> due = new ArrayList<>();
    Debt debt = account.debt;
    for (Taking taking : account.takings) {
      for (Waiter waiter : account.waiters) {
        if (waiter.taking == taking) {
          long ahead = debts.ahead(debt, taking.cost, now);
          if (ahead == 0) {
            due.add(waiter);
          } else if (ahead < taking.at - now) {
            CompletableFuture<Void> earlier = timer(ahead);
            waiter.timer.cancel(false);
            waiter.timer = earlier;
            wakes(earlier, waiter);
          }
          taking.at = ahead < taking.at - now ? now + ahead : taking.at;
        }
      }
      debt = debts.after(debt, taking);
    }
    return due;
  }
}
