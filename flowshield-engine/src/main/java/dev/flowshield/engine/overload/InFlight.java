package dev.flowshield.engine.overload;

import dev.flowshield.Criticality;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The gate of a fixed cap: counts the work in flight and admits no more than its limit. In shadow,
 * it admits all and tells which work is beyond the limit.
 *
 * <p>Thread-safe, lock-free, allocates nothing. Entering is one exchange without contention,
 * leaving is one addition, and a rejection writes nothing.
 */
public final class InFlight implements Gate {
  /*
   * State, one long in the middle of an array, apart from other threads' data: the work in flight;
   * and beside it the limit.
   *
   * Invariants
   *   F1  It rises by one, only while below the limit as it was a moment before. So it never passes
   *       a limit that is unchanged. If the limit is lowered, it may be above, by the work in
   *       flight and by those that were entering at that moment, and then only falls. In shadow, it
   *       rises beyond.
   *   F2  Each tryEnter that succeeded is followed by exactly one release; Admitted.close() sees to
   *       that, or LeakDetector if the stack ends there.
   *
   * Memory order: volatile throughout. Work before a release happens-before the work admitted
   * after it, as with a semaphore.
   */
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int AT = 16;
  private static final long WITHIN = 0;
  private static final long BEYOND = 1;

  private final long[] count = new long[2 * AT];
  private final boolean isShadow;
  private volatile int limit;

  /**
   * A cap.
   *
   * @param limit the most at a time; {@link Integer#MAX_VALUE} only counts
   * @param isShadow whether it only counts the requests that it would reject
   */
  public InFlight(int limit, boolean isShadow) {
    this.limit = limit;
    this.isShadow = isShadow;
  }

  @Override
  public boolean readsTime() {
    return false;
  }

  @Override
  public long tryEnter(long hash, Criticality criticality, int route, long now) {
    if (enter(limit) != NO_SLOT) {
      return WITHIN;
    }
    if (isShadow) {
      LONGS.getAndAdd(count, AT, 1L);
      return BEYOND;
    }
    return NO_SLOT;
  }

  /** Takes a slot below a cap: the work in flight with it, or {@link #NO_SLOT}. */
  long enter(int cap) {
    long seen = (long) LONGS.getVolatile(count, AT);
    while (seen < cap) {
      long found = (long) LONGS.compareAndExchange(count, AT, seen, seen + 1);
      if (found == seen) {
        return seen + 1;
      }
      seen = found;
    }
    return NO_SLOT;
  }

  @Override
  public void release(long slot) {
    LONGS.getAndAdd(count, AT, -1L);
  }

  @Override
  public boolean hasSlot(Criticality criticality, long now) {
    return isShadow || count() < limit;
  }

  @Override
  public boolean isBeyondLimit(long slot) {
    return slot == BEYOND;
  }

  @Override
  public int count() {
    return (int) (long) LONGS.getVolatile(count, AT);
  }

  @Override
  public int limit() {
    return limit;
  }

  @Override
  public void limit(int other) {
    limit = other;
  }
}
