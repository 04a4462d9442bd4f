package dev.flowshield.engine;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds admissions that were collected as garbage before they were closed: no code can close them
 * any more, so it gives their slots back.
 *
 * <p>No thread of its own: each call that wants a slot, or the stats, polls the references that the
 * collector has found. Thread-safe.
 */
final class LeakDetector {

  /** Sees an admission go. The admission refers to it, so it must not refer to the admission. */
  final class Watch extends PhantomReference<Admitted> {

    private final long slot;
    private final @Nullable Throwable madeAt;

    /** True once its slot is released, or about to be. */
    volatile boolean ended;

    private Watch(Admitted admission, long slot, @Nullable Throwable madeAt) {
      super(admission, collected);
      this.slot = slot;
      this.madeAt = madeAt;
    }

    /** Ends the watch of an admission whose slot is released. */
    void forget() {
      watches.remove(this);
    }
  }

  private final ReferenceQueue<Admitted> collected = new ReferenceQueue<>();
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet(); // else they would be collected
  private final LongAdder count = new LongAdder();
  private final @Nullable Consumer<? super Throwable> listener;
  private final Executor executor;

  /** Counts, and tells a listener the stack of a leaked admission, if there is one. */
  LeakDetector(@Nullable Consumer<? super Throwable> listener, Executor executor) {
    this.listener = listener;
    this.executor = executor;
  }

  /** Begins to watch an admission. */
  Watch watch(Admitted admission, long slot) {
    Watch watch = new Watch(
        admission,
        slot,
        listener == null
            ? null
            : new IllegalStateException(
                "an admission must be closed when its work has ended, got one that was collected"
                    + " unclosed: close what was admitted here, as with try (admitted) { work() }"));
    boolean added = false;
    try {
      watches.add(watch);
      added = true;
    } finally { // it may be in the set without memory for its count
      watch.ended = !added;
    }
    return watch;
  }

  /**
   * Sees to the admissions that were collected by now.
   *
   * @param slotOf gets the slot of each that was not closed
   */
  void look(LongConsumer slotOf) {
    Reference<? extends Admitted> found = collected.poll();
    while (found != null) {
      Watch watch = (Watch) found;
      watches.remove(watch);
      if (!watch.ended) {
        watch.ended = true;
        slotOf.accept(watch.slot);
        count.increment();
        tell(watch.madeAt);
      }
      found = collected.poll();
    }
  }

  private void tell(@Nullable Throwable madeAt) {
    Consumer<? super Throwable> told = listener;
    if (told != null && madeAt != null) {
      try {
        executor.execute(() -> told.accept(madeAt));
      } catch (RuntimeException rejected) {
        // The count tells.
      }
    }
  }

  /** Returns how many there were. */
  long count() {
    return count.sum();
  }
}
