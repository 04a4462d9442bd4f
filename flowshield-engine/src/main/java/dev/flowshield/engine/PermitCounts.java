package dev.flowshield.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The permits that requests took from a limit beyond one each, and the ones that settlements
 * changed. A request of one permit writes nothing here.
 *
 * <p>Thread-safe, lock-free. Allocates nothing, because a count of permits that are taken must not
 * fail.
 */
final class PermitCounts {

  private static final VarHandle BEYOND_ONE = handle("beyondOne");
  private static final VarHandle RETURNED = handle("returned");
  private static final VarHandle BEYOND_ESTIMATE = handle("beyondEstimate");

  private volatile long beyondOne;
  private volatile long returned;
  private volatile long beyondEstimate;

  private static VarHandle handle(String field) {
    try {
      return MethodHandles.lookup().findVarHandle(PermitCounts.class, field, long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** Counts the permits of an admitted request beyond the first. */
  void taken(long more) {
    BEYOND_ONE.getAndAdd(this, more);
  }

  /** Counts the settlement of a charge. */
  void settled(long reserved, long used) {
    if (used < reserved) {
      RETURNED.getAndAdd(this, reserved - used);
    } else if (used > reserved) {
      BEYOND_ESTIMATE.getAndAdd(this, used - reserved);
    }
  }

  /** Returns the permits that were taken, less one for each admitted request. */
  long beyondOne() {
    return beyondOne;
  }

  /** Returns the reserved permits that were not used. */
  long returned() {
    return returned;
  }

  /** Returns the permits that were used beyond the reserved ones. */
  long beyondEstimate() {
    return beyondEstimate;
  }
}
