package dev.flowshield.testkit;

import dev.flowshield.Ticker;
import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A ticker that is advanced only by a test.
 *
 * <pre>{@code
 * ManualTicker ticker = ManualTicker.atZero();
 * RateLimiter limiter = RateLimiter.of(
 *     "token-bucket", LimiterSpec.of(RateLimit.parse("1/s")).withTicker(ticker));
 *
 * assertTrue(limiter.tryAcquire("alice"));
 * assertFalse(limiter.tryAcquire("alice"));
 * ticker.advance(Duration.ofSeconds(1));
 * assertTrue(limiter.tryAcquire("alice"));
 * }</pre>
 *
 * <p>The ticker counts nanoseconds. Like any ticker, it may wrap around past {@link
 * Long#MAX_VALUE}; to test this, start it slightly below. It can also step back, which a limiter
 * must tolerate although a real ticker should not do it.
 *
 * <p><b>Waiting.</b> A future of {@link #after} completes when the ticker is advanced to its time.
 * Futures complete in order of their times; with equal times, in order of their creation. A long
 * advance stops at each of these times in turn: the ticker has the time of a future while that
 * future completes, on the advancing thread. A dependent stage therefore reads its own time. It may
 * also create another future that is due within the same advance, and it may advance the ticker
 * itself. Stepping back completes no future; all waits become longer.
 *
 * <p>If the subject of a test waits on a thread of its own, the test first waits for the expected
 * number of pending futures:
 *
 * <pre>{@code
 * Future<Decision> alice =
 *     threads.submit(() -> limiter.acquire("alice", Duration.ofSeconds(2)));
 * ticker.awaitPending(1);
 * ticker.advance(Duration.ofSeconds(1));
 * assertTrue(alice.get().isAdmitted());
 * }</pre>
 *
 * <p>Thread-safe. Advances by several threads add up, and a reading after an advance sees it.
 */
public final class ManualTicker implements Ticker {

  /**
   * The longest wait. All pending times therefore lie within one half of the count, so that their
   * differences compare.
   */
  private static final long LONGEST_WAIT = Long.MAX_VALUE / 2;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  // Held for a few instructions, and never while a future completes, because dependent stages are
  // foreign code.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition asked = lock.newCondition();
  private final TreeSet<Wait> pending = new TreeSet<>();
  private long sequence;
  private volatile long nanos; // written under the lock

  private ManualTicker(long nanos) {
    this.nanos = nanos;
  }

  /** Creates a ticker that starts at zero. */
  public static ManualTicker atZero() {
    return new ManualTicker(0);
  }

  /**
   * Creates a ticker that starts at any reading, such as {@code Long.MAX_VALUE - 1_000_000} to wrap
   * around a millisecond later.
   */
  public static ManualTicker startingAt(long nanos) {
    return new ManualTicker(nanos);
  }

  @Override
  public long nanos() {
    return nanos;
  }

  /**
   * Returns a future that completes when the ticker has been advanced by the given time.
   *
   * <p>A future that is completed in another way, such as by a cancellation, is removed.
   *
   * @param time the time in nanoseconds. The future completes at once unless it is positive; a time
   *     above 146 years counts as 146 years
   */
  @Override
  public CompletableFuture<Void> after(long time) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    if (time <= 0) {
      future.complete(null);
      return future;
    }
    Wait wait;
    lock.lock();
    try {
      wait = new Wait(nanos + Math.min(time, LONGEST_WAIT), sequence++, future);
      pending.add(wait);
      asked.signalAll();
    } finally {
      lock.unlock();
    }
    CompletableFuture<Void> unused = future.whenComplete((nothing, failure) -> forget(wait));
    return future;
  }

  /**
   * Advances the ticker, or steps back if the duration is negative.
   *
   * @throws ArithmeticException if the duration exceeds a {@code long} of nanoseconds, about 292
   *     years
   */
  public void advance(Duration time) {
    advanceNanos(time.toNanos());
  }

  /** Advances the ticker by nanoseconds, or steps back if they are negative. */
  public void advanceNanos(long time) {
    boolean unused = turn(time, Long.MAX_VALUE);
  }

  /**
   * Advances the ticker, but completes at most the given number of futures. Returns whether it
   * reached the end.
   */
  boolean turn(long time, long mostFutures) {
    long left = time;
    for (long futures = 0; ; futures++) {
      CompletableFuture<Void> due;
      lock.lock();
      try {
        long now = nanos;
        Wait first = pending.isEmpty() ? null : pending.first();
        if (first == null || first.at - now > left) {
          nanos = now + left;
          return true;
        }
        if (futures == mostFutures) {
          return false;
        }
        pending.remove(first);
        left -= first.at - now;
        nanos = first.at;
        due = first.future;
      } finally {
        lock.unlock();
      }
      due.complete(null);
    }
  }

  /** Returns the number of futures of {@link #after} that have not completed. */
  public int pending() {
    lock.lock();
    try {
      return pending.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until at least this number of futures of {@link #after} is pending, so that the next
   * advance completes them. A limiter may use one future for all callers that wait for a key, like
   * the limiters of the engine.
   *
   * @throws AssertionError if fewer are pending after ten seconds
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public void awaitPending(int futures) throws InterruptedException {
    awaitPending(futures, PATIENCE);
  }

  /** Waits like {@link #awaitPending(int)}, with the given time limit. */
  public void awaitPending(int futures, Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (pending.size() < futures) {
        if (left <= 0) {
          throw new AssertionError("pending futures must be " + futures + " or more within "
              + timeout + ", got " + pending.size()
              + ": check that the waiter uses this ticker and was not decided at once");
        }
        left = asked.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns the reading, for the messages of failed tests. */
  @Override
  public String toString() {
    return "ManualTicker[" + nanos() + " ns]";
  }

  private void forget(Wait wait) {
    lock.lock();
    try {
      pending.remove(wait);
    } finally {
      lock.unlock();
    }
  }

  /** A future, the reading at which it is due, and its position among those of the same reading. */
  private record Wait(long at, long place, CompletableFuture<Void> future)
      implements Comparable<Wait> {

    @Override
    public int compareTo(Wait other) {
      return at == other.at
          ? Long.compare(place, other.place)
          : Long.signum(at - other.at); // not Long.compare: the count wraps around
    }
  }
}
