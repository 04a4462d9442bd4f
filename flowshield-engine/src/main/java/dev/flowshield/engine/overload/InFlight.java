package dev.flowshield.engine.overload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts the work in flight and admits no more than its limit.
 *
 * <p>Thread-safe, lock-free, allocates nothing. Entering is one exchange without contention,
 * leaving is one addition, and being turned away writes nothing.
 */
public final class InFlight {
  /*
   * State, one long in the middle of an array, apart from other threads' data: the work in flight;
   * and beside it the limit.
   *
   * Invariants
   *   F1  It rises by one, only while below the limit as it was a moment before. So it never passes
   *       a limit that stands. Where the limit is lowered it may stand above, by what was in flight
   *       and by those that were entering at that moment, and then only falls.
   *   F2  Each tryEnter that succeeded is followed by exactly one exit; Admitted.close() sees to
   *       that, or Entrance.leftBehind where the stack ends.
   *
   * Memory order: volatile throughout. What was done before an exit happens-before what is admitted
   * after it, as with a semaphore.
   */
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int AT = 16;

  private final long[] count = new long[2 * AT];
  private volatile int limit;

  /** No more than {@code limit} at a time; {@link Integer#MAX_VALUE} only counts. */
  public InFlight(int limit) {
    this.limit = limit;
  }

  /** Takes a place if one is free. */
  public boolean tryEnter() {
    long seen = (long) LONGS.getVolatile(count, AT);
    while (seen < limit) {
      long found = (long) LONGS.compareAndExchange(count, AT, seen, seen + 1);
      if (found == seen) {
        return true;
      }
      seen = found;
    }
    return false;
  }

  /** Gives the place back. */
  public void exit() {
    LONGS.getAndAdd(count, AT, -1L);
  }

  public int count() {
    return (int) (long) LONGS.getVolatile(count, AT);
  }

  public int limit() {
    return limit;
  }

  /** Goes on with another limit. What is in flight stays. */
  public void limit(int other) {
    limit = other;
  }
}
