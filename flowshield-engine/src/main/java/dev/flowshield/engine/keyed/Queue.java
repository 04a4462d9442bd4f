package dev.flowshield.engine.keyed;

import dev.flowshield.Decision;
import dev.flowshield.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Those who wait for permits that they have taken ahead of time.
 *
 * <p>The order is not here: who came first has taken the permits that come back first. This counts them, so that they stay few, and wakes
 * each at its time. Thread-safe, no lock.
 */
final class Queue {

  private final Ticker ticker;
  private final int most;
  private final AtomicInteger count = new AtomicInteger(); // 0 .. most

  Queue(Ticker ticker, int most) {
    this.ticker = ticker;
    this.most = most;
  }

  /** Takes a place, if one is free. */
  boolean tryEnter() {
    int seen = count.get();
    while (seen < most) {
      int found = count.compareAndExchange(seen, seen + 1);
      if (found == seen) {
        return true;
      }
      seen = found;
    }
    return false;
  }

  /** Gives the place back. */
  void leave() {
    count.getAndDecrement();
  }

  /**
   * What will be there at a time: the answer; or, if the caller no longer wants it, the permits given back. The place is given back either
   * way.
   */
  CompletableFuture<Decision> await(long time, Supplier<Decision> answer, Runnable giveBack) {
    CompletableFuture<Decision> waiting = new CompletableFuture<>();
    // Error Prone wants futures used; these two only pass the end of another on.
    CompletableFuture<?> unused = waiting.whenComplete((decision, failure) -> {
      leave();
      if (failure != null) {
        giveBack.run();
      }
    });
    wake(waiting, time, answer);
    return waiting;
  }

  /** Wakes at the time, or later: a timer may be early, and the ticker may step back meanwhile. */
  private void wake(CompletableFuture<Decision> waiting, long time, Supplier<Decision> answer) {
    try {
      long rest = time - ticker.nanos();
      if (rest <= 0) {
        waiting.complete(answer.get());
        return;
      }
      CompletableFuture<Void> timer = ticker.after(rest);
      CompletableFuture<?> unused = timer.whenComplete((elapsed, failure) -> {
        if (failure == null) {
          wake(waiting, time, answer);
        } else {
          waiting.completeExceptionally(failure);
        }
      });
      unused = waiting.whenComplete((decision, failure) -> timer.cancel(false));
    } catch (Throwable failure) { // of somebody's ticker or algorithm
      waiting.completeExceptionally(failure);
    }
  }
}
