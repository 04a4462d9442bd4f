package dev.flowshield.engine.keyed;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The counts of a table, over all of its segments, so that a reader need not visit each of them.
 * Written by threads that hold the lock of a segment. Allocates nothing, because a count must not
 * fail after a key was placed.
 */
final class Occupancy {

  private static final VarHandle USED = handle("used");
  private static final VarHandle OVERFLOWED = handle("overflowed");

  private volatile long used;
  private volatile long overflowed;

  private static VarHandle handle(String field) {
    try {
      return MethodHandles.lookup().findVarHandle(Occupancy.class, field, long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** Adds slots that got an owner; less than 0 for slots that lost theirs. */
  void addUsed(long slots) {
    USED.getAndAdd(this, slots);
  }

  /** Counts a key that an overflow word admitted. */
  void countOverflowed() {
    OVERFLOWED.getAndAdd(this, 1L);
  }

  /** Returns the slots that have an owner, in debt or not. */
  long used() {
    return used;
  }

  /** Returns how often an overflow word admitted a key because no slot was free. */
  long overflowed() {
    return overflowed;
  }
}
