package dev.flowshield.engine.limiter;

import dev.flowshield.Decision;
import dev.flowshield.Ticker;
import dev.flowshield.engine.limiter.KeyQueue.QueuedCaller;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The callers that wait for permits, which they have taken ahead of time: a line for each key, in
 * the order of arrival.
 *
 * <p>The time of a caller is known when it joins: callers before it have taken the permits that
 * come back earlier, and later calls cannot overtake it. When a caller gives up, because its future
 * is completed in any way, those behind it move up.
 *
 * <p>Thread-safe. One timer for each key wakes the first in its line. Joining, being served and
 * giving up take the lock for a constant number of steps; giving up takes a few for each waiter
 * behind if those want different numbers of permits. No future is completed, and no timer is set,
 * under the lock.
 */
final class WaitQueue {
  /*
   * Invariants
   *   Q1  The order of a line is the order in which its permits were taken: both are done under the
   *       lock.
   *   Q2  No more wait than `most`.
   *   Q3  A waiter leaves its line once, under the lock: removed by the thread that serves it, or
   *       by the thread that completes its future otherwise.
   *   Q4  A line that is not empty has a timer for its first time, or a thread in run() that sets
   *       one. A timer that is not the newest of its line is cancelled and has no effect.
   */

  /** The result of {@link #await} if too many callers wait; only to be compared. */
  static final CompletableFuture<Decision> FULL = new CompletableFuture<>();

  /** The result of {@link #await} if the permits are there now; only to be compared. */
  static final CompletableFuture<Decision> AVAILABLE = new CompletableFuture<>();

  private static final int MOST_TIMES_TOO_EARLY = 1000;

  // In place of a line that a caller has joined.
  private static final KeyQueue NO_ROOM = new KeyQueue("", Ticker.system());
  private static final KeyQueue NO_NEED = new KeyQueue("", Ticker.system());

  private final Ticker ticker;
  private final int most;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, KeyQueue> lines = new HashMap<>();
  private int count;

  WaitQueue(Ticker ticker, int most) {
    this.ticker = ticker;
    this.most = most;
  }

  /**
   * Waits for permits.
   *
   * @param turn how to take them; nothing is taken yet
   * @param answer the decision once they are there
   * @return the future decision; null if the permits would take too long; {@link #AVAILABLE};
   *     {@link #FULL}
   */
  @Nullable
  CompletableFuture<Decision> await(
      String key, AdvanceReservation turn, long maxWaitNanos, Supplier<Decision> answer) {
    QueuedCaller waiter = new QueuedCaller(turn, answer);
    CompletableFuture<?> unused = waiter.future.whenComplete(
        (decision, failure) -> giveUp(waiter)); // also if the caller completes it
    KeyQueue line = join(key, waiter, maxWaitNanos);
    if (line == NO_ROOM) {
      return FULL;
    }
    if (line == NO_NEED) {
      return AVAILABLE;
    }
    if (line == null) {
      return null;
    }
    run(line);
    return waiter.future;
  }

  /**
   * Returns the line that the waiter has joined; {@link #NO_ROOM}; {@link #NO_NEED}; null if it
   * would wait too long.
   */
  private @Nullable KeyQueue join(String key, QueuedCaller waiter, long maxWaitNanos) {
    lock.lock();
    try {
      if (count >= most) {
        return NO_ROOM;
      }
      KeyQueue line = lines.computeIfAbsent(key, any -> new KeyQueue(key, ticker));
      int before = line.size();
      try {
        return switch (line.join(waiter, maxWaitNanos)) {
          case WAITS -> line;
          case AVAILABLE -> NO_NEED;
          case TOO_LATE -> null;
        };
      } finally { // also when a custom algorithm throws
        count += line.size() - before;
        if (line.size() == 0) {
          lines.remove(key);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Serves all waiters whose time has come, and sets a timer for the next one. */
  private void run(KeyQueue line) {
    int early = 0;
    QueuedCaller last = null;
    for (QueuedCaller first = first(line); first != null; first = first(line)) {
      early = first == last ? early + 1 : 0;
      last = first;
      try {
        if (early > MOST_TIMES_TOO_EARLY) {
          throw new IllegalStateException(
              "after(nanos) of the ticker must complete once nanos() has"
                  + " advanced by that much, got one that completes at once, " + early
                  + " times: correct the ticker");
        }
        if (isAsleep(line)) {
          return;
        }
        serve(line, first);
      } catch (Throwable failure) { // of a custom ticker, algorithm or limiter
        fail(first, failure);
      }
    }
  }

  /** Returns the first waiter of the line; without one, the line is removed. */
  private @Nullable QueuedCaller first(KeyQueue line) {
    CompletableFuture<Void> timer;
    lock.lock();
    try {
      QueuedCaller first = line.first();
      if (first != null) {
        return first;
      }
      line.alarm().nextGeneration();
      timer = line.alarm().set(null, 0);
      lines.remove(line.key(), line);
    } finally {
      lock.unlock();
    }
    cancel(timer);
    return null;
  }

  /** Sets the timer if the time of the first waiter has not come. */
  private boolean isAsleep(KeyQueue line) {
    long generation;
    long time;
    long rest;
    lock.lock();
    try {
      if (line.size() == 0) {
        return false; // all have given up meanwhile
      }
      time = line.time();
      rest = time - ticker.nanos();
      if (rest > 0 && line.alarm().isSetTo(time)) {
        return true;
      }
      generation = line.alarm().nextGeneration();
    } finally {
      lock.unlock();
    }
    if (rest <= 0) {
      return false;
    }
    CompletableFuture<Void> next = ticker.after(rest);
    if (next.isDone() && !next.isCompletedExceptionally()) {
      return false; // a timer may be early
    }
    CompletableFuture<Void> old = next;
    lock.lock();
    try {
      if (line.alarm().isOf(generation)) {
        old = line.alarm().set(next, time);
      }
    } finally {
      lock.unlock();
    }
    cancel(old);
    if (old != next) {
      CompletableFuture<?> unused =
          next.whenComplete((nothing, failure) -> elapsed(line, next, failure));
    }
    return true;
  }

  private void elapsed(KeyQueue line, CompletableFuture<Void> timer, @Nullable Throwable failure) {
    QueuedCaller first;
    lock.lock();
    try {
      if (!line.alarm().isWokenBy(timer)) {
        return; // a newer timer does
      }
      first = line.first();
    } finally {
      lock.unlock();
    }
    if (failure != null && first != null) {
      fail(first, failure);
    }
    run(line);
  }

  /** Serves the first waiter of the line, if it still is the first and its time has come. */
  private void serve(KeyQueue line, QueuedCaller first) {
    Decision decision = first.answer.get(); // before it leaves, because this may throw
    AdvanceReservation taken;
    lock.lock();
    try {
      if (line.first() != first || line.time() - ticker.nanos() > 0) {
        return; // the waiter gave up, or the clock stepped back
      }
      int before = line.size();
      try {
        taken = line.serve(first);
      } finally {
        count += line.size() - before;
      }
    } finally {
      lock.unlock();
    }
    if (!first.future.complete(decision)) {
      taken.refund(); // the caller completed it at this moment
    }
  }

  private void fail(QueuedCaller waiter, Throwable failure) {
    try {
      waiter.future.completeExceptionally(failure);
    } finally {
      giveUp(waiter); // in case even that failed, or the caller has just completed it
    }
  }

  /** Runs a change that gives a key permits. Those that wait for the key get them first. */
  void change(String key, Runnable change) {
    KeyQueue line = null;
    try {
      lock.lock();
      try {
        line = lines.get(key);
        if (line == null || line.size() == 0) {
          change.run();
        } else {
          change(line, change);
        }
      } finally {
        lock.unlock();
      }
    } finally { // also when a custom algorithm throws
      if (line != null) {
        failDropped(line);
        run(line);
      }
    }
  }

  private void change(KeyQueue line, Runnable change) {
    int before = line.size();
    try {
      line.change(change);
    } finally {
      count += line.size() - before;
    }
  }

  /** Removes a waiter that was not served. */
  private void giveUp(QueuedCaller waiter) {
    KeyQueue line;
    boolean changed;
    lock.lock();
    try {
      line = waiter.line();
      if (line == null) {
        return; // served, or never in line
      }
      long time = line.time();
      int before = line.size();
      try {
        line.giveUp(waiter);
      } finally {
        count += line.size() - before;
      }
      changed = line.size() == 0 || line.time() != time;
    } finally {
      lock.unlock();
    }
    failDropped(line);
    if (changed) {
      run(line);
    }
  }

  private void failDropped(KeyQueue line) {
    for (QueuedCaller each = nextDropped(line); each != null; each = nextDropped(line)) {
      each.future.completeExceptionally(each.failure());
    }
  }

  private @Nullable QueuedCaller nextDropped(KeyQueue line) {
    lock.lock();
    try {
      return line.nextDropped();
    } finally {
      lock.unlock();
    }
  }

  private static void cancel(@Nullable CompletableFuture<Void> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
