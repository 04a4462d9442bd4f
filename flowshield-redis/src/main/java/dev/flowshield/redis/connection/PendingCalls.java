package dev.flowshield.redis.connection;

import dev.flowshield.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A fixed-size table of the calls that wait for a reply. A call whose deadline has passed is
 * removed and fails. One timer checks all calls every few milliseconds while there are any: a timer
 * for each call would cost more than the rest of the call does on this side.
 *
 * <p>Thread-safe, lock-free. A call is removed once, so it ends once: with its reply or by its
 * deadline, whichever is first.
 */
final class PendingCalls {

  /** A call that waits for a reply. */
  interface Entry {

    /** Returns the deadline, as a reading of {@link Ticker#system}. */
    long deadline();

    /** Ends the call, because its deadline has passed. */
    void timeOut();
  }

  private static final int MOST = 1_024; // a power of two
  private static final long SHORTEST_NANOS = 250_000;
  private static final long LONGEST_NANOS = 10_000_000;

  private final Ticker ticker = Ticker.system(); // a manual ticker does not advance by itself
  private final AtomicReferenceArray<@Nullable Entry> slots = new AtomicReferenceArray<>(MOST);
  private final AtomicBoolean isWatching = new AtomicBoolean();
  private final long everyNanos;

  /**
   * Creates an empty table.
   *
   * @param timeoutNanos the timeout of most calls
   */
  PendingCalls(long timeoutNanos) {
    this.everyNanos = Math.max(SHORTEST_NANOS, Math.min(LONGEST_NANOS, timeoutNanos / 16));
  }

  /** Returns the deadline of a call with a timeout, less the time between two checks. */
  long deadline(long nanosLeft) {
    return ticker.nanos() + Math.max(1, nanosLeft - everyNanos);
  }

  /**
   * Adds a call.
   *
   * @param hint any number, preferably different for each call
   * @return the slot of the call; negative if the table is full
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

  /** Removes a call. Returns false if it was removed before. */
  boolean remove(Entry call, int slot) {
    return slots.compareAndSet(slot, call, null);
  }

  private void watch() {
    if (!isWatching.get() && isWatching.compareAndSet(false, true)) {
      boolean isScheduled = false;
      try {
        CompletableFuture<Void> unused = ticker.after(everyNanos).thenRun(this::check);
        isScheduled = true;
      } finally {
        if (!isScheduled) { // no memory; the next call tries again
          isWatching.set(false);
        }
      }
    }
  }

  private void check() {
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
      if (!isEmpty()) { // read after the write, so that no call is missed
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
