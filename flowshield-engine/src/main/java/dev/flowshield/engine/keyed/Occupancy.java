package dev.flowshield.engine.keyed;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The counts of a table, over all of its segments, so that a reader need not visit each of them.
 * Written by threads that hold the lock of a segment. Allocates nothing, because a count must not
 * fail after a key was placed.
 */
final class Occupancy {

  private final AtomicLong used = new AtomicLong();
  private final AtomicLong overflowed = new AtomicLong();

  /** Adds slots that got an owner; less than 0 for slots that lost theirs. */
  void addUsed(int slots) {
    used.addAndGet(slots);
  }

  /** Counts a key that an overflow word admitted. */
  void countOverflowed() {
    overflowed.incrementAndGet();
  }

  /** Returns the slots that have an owner, in debt or not. */
  long used() {
    return used.get();
  }

  /** Returns how often an overflow word admitted a key because no slot was free. */
  long overflowed() {
    return overflowed.get();
  }
}
