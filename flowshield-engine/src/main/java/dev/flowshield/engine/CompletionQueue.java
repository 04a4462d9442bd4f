package dev.flowshield.engine;

import dev.flowshield.engine.allowance.Failures;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Completes waiters whose outcome is decided.
 *
 * <p>A stage that depends on a waiter runs on the thread that completes it, and may close an
 * admission, which decides further waiters. They are completed within the stage, so a stage may
 * wait for one of them, but not deeper than {@value #MOST_NESTED} stages: each adds its frames to
 * the stack, and a thousand would overflow it. Those that are decided deeper are completed by the
 * same thread once the stage has returned.
 *
 * <p>Thread-safe; takes no lock.
 */
final class CompletionQueue {

  /** Decided waiters, in order. Not thread-safe: for the thread that decides and completes them. */
  static final class Batch {

    private @Nullable Waiter first;
    private @Nullable Waiter last;
    private boolean isOpen; // while its thread completes it
    private int nested; // in this many others

    boolean isEmpty() {
      return first == null;
    }

    void add(Waiter waiter) {
      Waiter before = last;
      waiter.next = null; // it may be set by a pass that failed
      last = waiter;
      if (before == null) {
        first = waiter;
      } else {
        before.next = waiter;
      }
    }

    private @Nullable Waiter poll() {
      Waiter waiter = first;
      if (waiter != null) {
        first = waiter.next;
        waiter.next = null;
        last = first == null ? null : last;
      }
      return waiter;
    }
  }

  private static final int MOST_NESTED = 16;

  private final InFlightTracker slots;
  private final Map<Thread, Batch> open = new ConcurrentHashMap<>();

  CompletionQueue(InFlightTracker slots) {
    this.slots = slots;
  }

  /** Completes waiters, or leaves them to a call of this thread that it is nested in too deeply. */
  void complete(Batch decided) {
    if (decided.isEmpty()) {
      return;
    }
    Thread thread = Thread.currentThread();
    Batch known = open.get(thread);
    @Nullable Batch outer = known != null && known.isOpen ? known : null;
    if (outer != null && outer.nested == MOST_NESTED) {
      for (Waiter each = decided.poll(); each != null; each = decided.poll()) {
        each.completedBy = thread;
        outer.add(each);
      }
      return;
    }
    decided.isOpen = true;
    decided.nested = outer == null ? 0 : outer.nested + 1;
    Throwable failure = null;
    try {
      open.put(thread, decided);
    } catch (Throwable noMemory) { // for the entry: the waiters are decided
      failure = noMemory;
    }
    try {
      for (Waiter each = decided.poll(); each != null; each = decided.poll()) {
        try {
          each.tell(slots);
        } catch (Throwable thrown) { // one that fails does not keep the others from being completed
          failure = Failures.joined(failure, thrown);
        }
      }
    } finally {
      decided.isOpen = false; // first, because the map may need memory
      if (outer == null) {
        open.remove(thread);
      } else {
        open.put(thread, outer);
      }
    }
    Failures.rethrow(failure);
  }

  /**
   * Completes a waiter now if it was left to a call of this thread. For a caller that may block
   * until it is completed, within a stage.
   */
  void completeNow(Waiter waiter) {
    if (waiter.completedBy == Thread.currentThread()) {
      waiter.tell(slots);
    }
  }
}
