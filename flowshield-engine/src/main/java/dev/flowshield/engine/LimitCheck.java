package dev.flowshield.engine;

import org.jspecify.annotations.Nullable;

/**
 * Judges requests by the limits of a {@link LimitSet} that may reject, and writes nothing but the
 * count of a rejection.
 *
 * <p>Immutable; as thread-safe as its limits.
 */
final class LimitCheck {

  private final Rejections rejections;
  private final ResolvedLimits.Local[] parts;
  private final ExternalLimits external;

  /** Judges by the limits of the engine, and by the known state of the others. */
  LimitCheck(Rejections rejections, ResolvedLimits.Local[] parts, ExternalLimits external) {
    this.rejections = rejections;
    this.parts = parts;
    this.external = external;
  }

  /**
   * Returns the rejection of a request for one key and one cost by limits that the engine keeps, at
   * a reading of the clock; null if all admit it. A request that does not wait comes after those
   * that do.
   */
  @Nullable
  Rejection judge(String key, long hash, long permits, long now) {
    EngineLimit slowest = null;
    long longest = 0;
    for (ResolvedLimits.Local part : parts) {
      EngineLimit limit = part.limit();
      Rejection blocked = rejections.blocked(limit, key, hash, now);
      if (blocked != null) {
        return blocked;
      }
      long wait = limit.retryAfterNanos(hash, permits, limit.queuedPermits(hash), now);
      if (wait > longest) {
        slowest = limit;
        longest = wait;
      }
    }
    return slowest == null ? null : overLimit(slowest, key, hash, permits, longest, now);
  }

  /**
   * Returns the rejection of a request with a charge for each limit, at a reading of the clock;
   * null if no limit is known to reject it before it is asked. A request that does not wait comes
   * after those that do.
   */
  @Nullable
  Rejection judge(Charge[] charges, long now) {
    return judgeBehind(null, charges, now);
  }

  /** Returns the rejection of a request in line behind others; null otherwise. */
  @Nullable
  Rejection judge(Charge[] charges, QueuedDemand demand, long now) {
    return judgeBehind(demand, charges, now);
  }

  private @Nullable Rejection judgeBehind(
      @Nullable QueuedDemand demand, Charge[] charges, long now) {
    ResolvedLimits.Local slowest = null;
    long longest = 0;
    for (ResolvedLimits.Local part : parts) {
      Charge charge = charges[part.charge()];
      Rejection blocked =
          rejections.blocked(part.limit(), charge.key(), part.limit().hash(charge), now);
      if (blocked != null) {
        return blocked;
      }
      long wait = retryAfterNanos(part.limit(), charge, demand, now);
      if (wait > longest) {
        slowest = part;
        longest = wait;
      }
    }
    Rejection other = external.rejectedBefore(charges, now);
    if (other != null || slowest == null) {
      return other;
    }
    EngineLimit limit = slowest.limit();
    Charge charge = charges[slowest.charge()];
    return overLimit(limit, charge.key(), limit.hash(charge), charge.permits(), longest, now);
  }

  private Rejection overLimit(
      EngineLimit limit, String key, long hash, long permits, long wait, long now) {
    return rejections.rejected(limit, key, hash, limit.overLimit(hash, permits, now, wait), now);
  }

  /** Returns the wait behind a demand, or behind the published demand if it is null. */
  private static long retryAfterNanos(
      EngineLimit limit, Charge charge, @Nullable QueuedDemand demand, long now) {
    long hash = limit.hash(charge);
    long before = demand == null ? limit.queuedPermits(hash) : demand.permits(limit, hash);
    return limit.retryAfterNanos(hash, charge.permits(), before, now);
  }

  /** Returns the rejection of a request that has a blocked key; null if it has no such key. */
  @Nullable
  Rejection blocked(Charge[] charges, long now) {
    for (ResolvedLimits.Local part : parts) {
      Charge charge = charges[part.charge()];
      Rejection blocked =
          rejections.blocked(part.limit(), charge.key(), part.limit().hash(charge), now);
      if (blocked != null) {
        return blocked;
      }
    }
    return external.blocked(charges, now);
  }

  /**
   * Returns the wait that the engine's limits impose on a request; 0 if they admit it.
   *
   * @param demand the demand ahead of it in line; null if it is not in line
   */
  long retryAfterNanos(Charge[] charges, @Nullable QueuedDemand demand, long now) {
    long longest = 0;
    for (ResolvedLimits.Local part : parts) {
      longest =
          Math.max(longest, retryAfterNanos(part.limit(), charges[part.charge()], demand, now));
    }
    return longest;
  }

  /** Adds a request to the lines of those limits that make it wait. */
  void addTo(QueuedDemand demand, Charge[] charges, long now) {
    for (ResolvedLimits.Local part : parts) {
      Charge charge = charges[part.charge()];
      if (retryAfterNanos(part.limit(), charge, demand, now) > 0) {
        demand.add(part.limit(), part.limit().hash(charge), charge.permits());
      }
    }
  }

  /** Returns whether a limit can never admit this, as may be since a change. */
  boolean neverAdmits(Charge[] charges) {
    for (ResolvedLimits.Local part : parts) {
      if (charges[part.charge()].permits() > part.limit().burst()) {
        return true;
      }
    }
    return false;
  }
}
