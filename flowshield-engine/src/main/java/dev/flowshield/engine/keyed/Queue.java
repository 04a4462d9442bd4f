package dev.flowshield.engine.keyed;

import dev.flowshield.Decision;
import dev.flowshield.Ticker;
import dev.flowshield.engine.rate.Lease;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for permits that they have taken ahead of time, key by key in the order they came.
 *
 * <p>Who came first has taken the permits that come back first, so each knows its time and nobody who asks later gets in between. The lines
 * are for those who give up: then all behind are undone, last first, and take anew, each at an earlier time.
 *
 * <p>Thread-safe. The lock is held for a few steps for each in the line, never while anybody waits, nor while foreign code runs.
 */
final class Queue {
  /*
   * Invariants
   *   Q1  The order of a line is the order in which its permits were taken: both are done under the lock.
   *   Q2  No more wait than `most`.
   *   Q3  Whoever leaves a line is told so once: it is removed under the lock by the one who then completes it or undoes its taking.
   */

  private final Ticker ticker;
  private final int most;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, List<Waiter>> lines = new HashMap<>();
  private int count;

  Queue(Ticker ticker, int most) {
    this.ticker = ticker;
    this.most = most;
  }

  /**
   * Waits for permits.
   *
   * @param lease how to take them; nothing is taken yet
   * @param answer what to say once they are there
   * @return what is waited for; null if they are there now, it would take too long, or too many wait
   */
  @Nullable
  CompletableFuture<Decision> await(
      String key, Lease lease, long maxWaitNanos, Supplier<Decision> answer) {
    Waiter waiter = new Waiter(key, lease, answer);
    lock.lock();
    try {
      List<Waiter> line = lines.computeIfAbsent(key, any -> new ArrayList<>());
      if (count < most && (!line.isEmpty() || keepTaken(lease)) && waiter.take(maxWaitNanos)) {
        line.add(waiter);
        count++;
      } else {
        if (line.isEmpty()) {
          lines.remove(key);
        }
        return null;
      }
    } finally {
      lock.unlock();
    }
    CompletableFuture<?> unused =
        waiter.future.whenComplete(waiter::ended); // runs, whatever becomes of it
    waiter.arm();
    return waiter.future;
  }

  /** The first of a line; those behind it come to a word that nobody undercuts any more. */
  private static boolean keepTaken(Lease lease) {
    lease.keepTaken();
    return true;
  }

  private void giveUp(Waiter waiter) {
    List<Waiter> behind;
    lock.lock();
    try {
      List<Waiter> line = lines.getOrDefault(waiter.key, List.of());
      int at = line.indexOf(waiter);
      if (at < 0) {
        return; // its time had come
      }
      int undone = line.size();
      while (undone > at && line.get(undone - 1).lease.undo()) {
        undone--;
      }
      if (undone > at) { // whose taking cannot be undone stays where he is, and those before him
        waiter.lease.settle(0);
      }
      behind = List.copyOf(line.subList(Math.max(undone, at + 1), line.size()));
      remove(waiter);
      behind.forEach(Waiter::takeAnew);
    } finally {
      lock.unlock();
    }
    behind.forEach(Waiter::arm);
  }

  /** Under the lock. Whether it was in line still. */
  private boolean remove(Waiter waiter) {
    List<Waiter> line = lines.get(waiter.key);
    if (line == null || !line.remove(waiter)) {
      return false;
    }
    count--;
    if (line.isEmpty()) {
      lines.remove(waiter.key);
    }
    return true;
  }

  private final class Waiter {
    private final String key;
    private final Lease lease;
    private final Supplier<Decision> answer;
    private final CompletableFuture<Decision> future = new CompletableFuture<>();
    private final AtomicReference<@Nullable CompletableFuture<Void>> timer =
        new AtomicReference<>();
    private long time; // under the lock

    Waiter(String key, Lease lease, Supplier<Decision> answer) {
      this.key = key;
      this.lease = lease;
      this.answer = answer;
    }

    /** Under the lock: takes the permits as of the time when they are there; false if they are now, or not within the wait. */
    boolean take(long maxWaitNanos) {
      while (true) {
        long now = ticker.nanos();
        long wait = lease.retryAfterNanos(now);
        if (wait == 0 || wait > maxWaitNanos || !lease.isPossible()) {
          return false;
        }
        if (takeAhead(now, wait)) {
          return true;
        }
      }
    }

    /** Under the lock: takes them as soon as that is, after the taking was undone. If limits are changed meanwhile, it may keep its time. */
    void takeAnew() {
      long now;
      do {
        now = ticker.nanos();
      } while (lease.isPossible() && !takeAhead(now, lease.retryAfterNanos(now)));
    }

    private boolean takeAhead(long now, long wait) {
      time = now + wait;
      return lease.takeAhead(now, wait);
    }

    /** Wakes at the time, or later: a timer may be early, and the ticker may step back meanwhile. */
    void arm() {
      try {
        long rest = rest();
        if (rest <= 0) {
          wake(answer.get());
          return;
        }
        CompletableFuture<Void> next = ticker.after(rest);
        cancel(timer.getAndSet(next));
        CompletableFuture<?> unused = next.whenComplete((elapsed, failure) -> {
          if (failure == null) {
            arm();
          } else if (!next.isCancelled()) {
            future.completeExceptionally(failure);
          }
        });
      } catch (Throwable failure) { // of somebody's ticker or algorithm
        future.completeExceptionally(failure);
      }
    }

    private long rest() {
      lock.lock();
      try {
        return time - ticker.nanos();
      } finally {
        lock.unlock();
      }
    }

    private void wake(Decision decision) {
      lock.lock();
      try {
        if (time - ticker.nanos() > 0 || !remove(this)) {
          return; // the clock stepped back, or it has given up
        }
      } finally {
        lock.unlock();
      }
      if (!future.complete(
          decision)) { // it gave up at this moment, when it was in line no more (Q3)
        lease.settle(0);
      }
    }

    private void ended(@Nullable Decision decision, @Nullable Throwable failure) {
      cancel(timer.getAndSet(null));
      if (failure != null) {
        giveUp(this);
      }
    }

    private void cancel(@Nullable CompletableFuture<Void> last) {
      if (last != null) {
        last.cancel(false);
      }
    }
  }
}
