package dev.flowshield.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

/**
 * A count of admitted requests, which many threads raise and which only rises. It never fails: a
 * request whose permits are taken may hold some that no limiter takes back.
 *
 * <p>Thread-safe, lock-free.
 */
final class AdmissionCount {

  private static final VarHandle REST;

  static {
    try {
      REST = MethodHandles.lookup().findVarHandle(AdmissionCount.class, "rest", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final LongAdder cells;
  private volatile long rest; // for those that found no memory for a cell

  AdmissionCount() {
    this(new LongAdder());
  }

  /** Starts at the sum of these cells; for tests. */
  AdmissionCount(LongAdder cells) {
    this.cells = cells;
  }

  void increment() {
    try {
      cells.increment();
    } catch (OutOfMemoryError noCell) {
      REST.getAndAdd(this, 1L);
    }
  }

  long sum() {
    return cells.sum() + rest;
  }
}
