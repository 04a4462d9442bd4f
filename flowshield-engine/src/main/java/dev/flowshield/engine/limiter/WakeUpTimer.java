package dev.flowshield.engine.limiter;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The timer that wakes the first waiter of a line. Only the newest one counts.
 *
 * <p>Not thread-safe: for the holder of the lock of the {@link WaitQueue}. As timers are set
 * without it, each belongs to a generation, and is dropped if a newer one was begun meanwhile.
 */
final class WakeUpTimer {

  private long generation;
  private @Nullable CompletableFuture<Void> timer;
  private long time;

  /** Returns the generation of a timer that is about to be set. */
  long nextGeneration() {
    return ++generation;
  }

  /** Returns whether no newer timer was begun since. */
  boolean isOf(long newest) {
    return generation == newest;
  }

  /** Sets the timer, or none, and its time. Returns the timer before. */
  @Nullable
  CompletableFuture<Void> set(@Nullable CompletableFuture<Void> next, long at) {
    CompletableFuture<Void> before = timer;
    timer = next;
    time = at;
    return before;
  }

  /** Returns whether a timer is set to this time. */
  boolean isSetTo(long at) {
    return timer != null && time == at;
  }

  /** Returns whether this is the timer; then there is none any more. */
  boolean isWokenBy(CompletableFuture<Void> elapsed) {
    boolean newest = timer == elapsed;
    timer = newest ? null : timer;
    return newest;
  }
}
