package dev.flowshield.engine;

import dev.flowshield.Ticker;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the thread that serves the waiters, at one time.
 *
 * <p>For one thread at a time, except for the completion by the ticker.
 */
final class WaitTimer {

  private static final int MOST_TIMES_TOO_EARLY = 1000;

  private final Ticker ticker;
  private final Waiters waiters;
  private volatile @Nullable CompletableFuture<Void> current;
  private volatile @Nullable Throwable failure;
  private long time;
  private int timesTooEarly;

  /** Not set yet. */
  WaitTimer(Ticker ticker, Waiters waiters) {
    this.ticker = ticker;
    this.waiters = waiters;
  }

  /** Returns, once, the failure of the ticker; null otherwise. */
  @Nullable
  Throwable takeFailure() {
    Throwable failed = failure;
    failure = null;
    return failed;
  }

  /** Wakes at no time. */
  void clear() {
    CompletableFuture<Void> before = current;
    current = null; // first, so that it is not taken for one that failed
    if (before != null) {
      before.cancel(false);
    }
  }

  /** Wakes at a time, and no other. */
  void set(long at) {
    CompletableFuture<Void> before = current;
    if (before != null && !before.isDone() && time == at) {
      return;
    }
    clear();
    long rest = at - ticker.nanos();
    CompletableFuture<Void> next = ticker.after(rest);
    timesTooEarly = rest > 0 && next.isDone() ? timesTooEarly + 1 : 0;
    if (timesTooEarly > MOST_TIMES_TOO_EARLY) {
      timesTooEarly = 0;
      throw new IllegalStateException(
          "after(nanos) of the ticker must complete once nanos() has advanced by that much, got one"
              + " that completes at once, " + MOST_TIMES_TOO_EARLY + " times: correct the ticker");
    }
    time = at;
    current = next;
    CompletableFuture<?> unused = next.whenComplete((nothing, failed) -> hasElapsed(next, failed));
  }

  private void hasElapsed(CompletableFuture<Void> which, @Nullable Throwable failed) {
    if (current == which) {
      failure = failed;
      waiters.run();
    }
  }
}
