package dev.flowshield.redis;

import dev.flowshield.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A fixed-size table of the calls that wait for a reply. A call whose time is over is taken out and
 * fails. One timer looks at all of them every few milliseconds while there are any, because a timer
 * for each call would cost more than all else that this side does for it.
 *
 * <p>Thread-safe, lock-free. A call leaves the table once, so it ends once: with its reply or
 * because of its time, whichever is first.
 */
final class PendingCalls {

  /** A call that waits for a reply. */
  interface Entry {

    /** Returns the reading of {@link Ticker#system} at which its time is over. */
    long deadline();

    /** Ends, because its time is over. */
    void timeOut();
  }

  private static final int MOST = 1_024; // a power of two
  private static final long SHORTEST_NANOS = 250_000;
  private static final long LONGEST_NANOS = 10_000_000;

  private final Ticker ticker = Ticker.system(); // that of a test does not move by itself
  private final AtomicReferenceArray<@Nullable Entry> slots = new AtomicReferenceArray<>(MOST);
  private final AtomicBoolean isWatching = new AtomicBoolean();
  private final long everyNanos;

  /**
   * An empty table.
   *
   * @param timeoutNanos the time that most calls have
   */
  PendingCalls(long timeoutNanos) {
    this.everyNanos = Math.max(SHORTEST_NANOS, Math.min(LONGEST_NANOS, timeoutNanos / 16));
  }

  /** Returns the deadline of a call that has so much time from now, as far as looks are in time. */
  long deadline(long nanosLeft) {
    return ticker.nanos() + Math.max(1, nanosLeft - everyNanos);
  }

  /**
   * Adds a call.
   *
   * @param hint any number, best another one for each call
   * @return its slot; negative if there is none
   */
  int add(Entry call, int hint) {
    for (int i = 0; i < MOST; i++) {
      int slot = (hint + i) & (MOST - 1);
      if (slots.get(slot) == null && slots.compareAndSet(slot, null, call)) {
        watch();
        return slot;
      }
    }
    return -1;
  }

  /** Takes a call out. Returns false if that was done before. */
  boolean remove(Entry call, int slot) {
    return slots.compareAndSet(slot, call, null);
  }

  private void watch() {
    if (!isWatching.get() && isWatching.compareAndSet(false, true)) {
      boolean isScheduled = false;
      try {
        CompletableFuture<Void> unused = ticker.after(everyNanos).thenRun(this::look);
        isScheduled = true;
      } finally {
        if (!isScheduled) { // no memory; the next call tries again
          isWatching.set(false);
        }
      }
    }
  }

  private void look() {
    try {
      long now = ticker.nanos();
      for (int slot = 0; slot < MOST; slot++) {
        Entry call = slots.get(slot);
        if (call != null && now - call.deadline() >= 0 && remove(call, slot)) {
          call.timeOut();
        }
      }
    } finally {
      isWatching.set(false);
      if (!isEmpty()) { // looked at after that, so that no call is added unseen
        watch();
      }
    }
  }

  private boolean isEmpty() {
    for (int slot = 0; slot < MOST; slot++) {
      if (slots.get(slot) != null) {
        return false;
      }
    }
    return true;
  }
}
