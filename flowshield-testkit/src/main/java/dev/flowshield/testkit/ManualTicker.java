package dev.flowshield.testkit;

import dev.flowshield.Ticker;
import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A ticker that stands still until a test turns it.
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
 * <p>Counts nanoseconds, and wraps around past {@link Long#MAX_VALUE} as any ticker may: start it
 * close below that to see what a limiter makes of it. It also steps back, which a real ticker
 * should not do but a limiter has to bear.
 *
 * <p><b>Waiting.</b> What was asked for with {@link #after} comes when the ticker is turned that
 * far, in the order of its time; of the same time, first asked, first served. A long turn goes by
 * each of these times in turn: the ticker stands at the time of a future while the future
 * completes, on the thread that turns, and then goes on to the end. So whatever depends on a future
 * reads its own time, may ask for another future that is due within the same turn, and may turn the
 * ticker itself. Stepping back completes nothing; what waits then waits longer. A test whose
 * subject waits on a thread of its own says how many it expects to wait before it turns:
 *
 * <pre>{@code
 * Future<Decision> alice =
 *     threads.submit(() -> limiter.acquire("alice", Duration.ofSeconds(2)));
 * ticker.awaitPending(1);
 * ticker.advance(Duration.ofSeconds(1));
 * assertTrue(alice.get().isAdmitted());
 * }</pre>
 *
 * <p>Thread-safe: turns from several threads all count, and a read after a turn sees it.
 */
public final class ManualTicker implements Ticker {

  /**
   * The longest wait, so that all pending ones lie within one half of the count and their
   * differences compare.
   */
  private static final long LONGEST_WAIT = Long.MAX_VALUE / 2;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  // The lock is held for a few instructions at a time, and never while a future completes: what
  // depends on it is foreign code.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition asked = lock.newCondition();
  private final TreeSet<Wait> pending = new TreeSet<>();
  private long sequence;
  private volatile long nanos; // written under the lock

  private ManualTicker(long nanos) {
    this.nanos = nanos;
  }

  /** A ticker that stands at zero. */
  public static ManualTicker atZero() {
    return new ManualTicker(0);
  }

  /**
   * A ticker that stands at any reading, such as {@code Long.MAX_VALUE - 1_000_000} to wrap around
   * a millisecond later.
   */
  public static ManualTicker startingAt(long nanos) {
    return new ManualTicker(nanos);
  }

  @Override
  public long nanos() {
    return nanos;
  }

  /**
   * A future that completes when the ticker was turned on by this much.
   *
   * <p>One that was completed otherwise, as by cancelling it, is forgotten.
   *
   * @param time how long, in nanoseconds; at once if it is not above 0, and 146 years if it is
   *     longer
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
   * Turns the ticker on, or back if the duration is negative.
   *
   * @throws ArithmeticException if the duration is longer than a {@code long} of nanoseconds can
   *     say, about 292 years
   */
  public void advance(Duration time) {
    advanceNanos(time.toNanos());
  }

  /** Turns the ticker on by nanoseconds, or back if they are negative. */
  public void advanceNanos(long time) {
    boolean unused = turn(time, Long.MAX_VALUE);
  }

  /** Turns the ticker past so many futures at most; answers whether it was turned all the way. */
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

  /** How many futures of {@link #after} have not completed yet. */
  public int pending() {
    lock.lock();
    try {
      return pending.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until at least this many futures of {@link #after} are pending, so that the next turn
   * finds them. A limiter may ask once for all callers that wait for one key, as the engine's
   * limiters do.
   *
   * @throws AssertionError if they are still fewer after ten seconds
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public void awaitPending(int futures) throws InterruptedException {
    awaitPending(futures, PATIENCE);
  }

  /** As {@link #awaitPending(int)}, with a patience of one's own. */
  public void awaitPending(int futures, Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (pending.size() < futures) {
        if (left <= 0) {
          throw new AssertionError("pending futures must be " + futures + " or more within "
              + patience + ", got " + pending.size()
              + ": see whether who should wait asks this ticker, or was answered at once");
        }
        left = asked.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The reading, for the messages of failed tests. */
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

  /** A future, the reading at which it is due, and its place among those of the same reading. */
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
