package dev.flowshield.engine;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Tells a listener of refusals, now and then, so that a flood of them costs no more than a few.
 *
 * <p>Thread-safe, never waits. A refusal that is not told reads one word and adds to a count, and allocates nothing. One that is told, at
 * most one in each interval, allocates what the executor needs.
 */
final class RefusalEvents {
  /*
   * State, one long:
   *
   *   63 ........................ 1 | 0
   *     next: when to tell again    | RUNNING
   *
   * and what was suppressed in all, and how much of that has been told.
   *
   * Invariants
   *   E1  One call at a time: RUNNING is set by an exchange from a state without it, and cleared when that call is over.
   *   E2  Two calls are handed to the executor at least an interval apart. If next lies farther ahead than an interval, the clock has
   *       stepped back, and it is time.
   *   E3  Each refusal is told or counted as suppressed, not both; each suppressed one is in the number of one event.
   *
   * Memory order: volatile throughout. `told` is plain: only the running call uses it, and RUNNING passes it on.
   */
  static final int DEFAULT_PER_SECOND = 10;

  private static final long RUNNING = 1;
  private static final long SECOND = 1_000_000_000L;
  private static final int MOST_PER_SECOND = 1000;

  private final RefusalListener listener;
  private final Executor executor;
  private final boolean showKeys;
  private final long interval;
  private final AtomicLong state;
  private final LongAdder suppressed = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private long told;

  /**
   * Tells this listener.
   *
   * @param executor who calls it; must run or reject what it gets, for if it drops it in silence, nothing is told any more
   * @param perSecond how often at most, 1 to 1000
   * @param showKeys whether it sees keys, or ids only
   * @param now the time
   * @throws IllegalArgumentException if {@code perSecond} is out of range
   */
  RefusalEvents(
      RefusalListener listener, Executor executor, int perSecond, boolean showKeys, long now) {
    if (perSecond < 1 || perSecond > MOST_PER_SECOND) {
      throw new IllegalArgumentException("events a second must be 1 to 1000, got " + perSecond
          + ": for more than that, count what the shield's answers are");
    }
    this.listener = Objects.requireNonNull(listener, "listener");
    this.executor = Objects.requireNonNull(executor, "executor");
    this.showKeys = showKeys;
    this.interval = SECOND / perSecond;
    this.state = new AtomicLong(now & ~RUNNING);
  }

  /** The executor of the JDK for tasks without one: the common pool, or a thread for each where that has no room. */
  static Executor defaultExecutor() {
    return new CompletableFuture<@Nullable Void>().defaultExecutor();
  }

  /**
   * A client was refused.
   *
   * @param shadow whether it only would have been
   * @param hash stands for its key
   */
  void refused(Refusal refusal, boolean shadow, long hash, String key, long now) {
    long seen = state.get();
    long mine = (now + interval) | RUNNING;
    if (!isTime(seen, now) || !state.compareAndSet(seen, mine)) {
      suppressed.increment();
      return;
    }
    try {
      executor.execute(() -> tell(refusal, shadow, hash, key, mine));
    } catch (Throwable notRun) { // also an Error: where no thread can be made, refusing must go on
      failures.increment();
      if (finish(mine)) {
        suppressed.increment();
      }
    }
  }

  /** Refusals that were not told. */
  long suppressed() {
    return suppressed.sum();
  }

  /** Calls that failed: the listener threw something, or the executor did not take the call. */
  long failures() {
    return failures.sum();
  }

  private void tell(Refusal refusal, boolean shadow, long hash, String key, long mine) {
    try {
      long all = suppressed.sum();
      long since = all - told;
      told = all;
      listener.refused(
          new RefusalEvent(refusal, shadow, ClientName.of(hash, showKeys ? key : null), since));
    } catch (Throwable failure) { // RefusalListener says why an Error goes no further either
      failures.increment();
    } finally {
      finish(mine);
    }
  }

  private boolean finish(long mine) {
    return state.compareAndSet(mine, mine & ~RUNNING);
  }

  private boolean isTime(long seen, long now) {
    long left = seen - now;
    return (seen & RUNNING) == 0 && (left <= 0 || left > interval);
  }
}
