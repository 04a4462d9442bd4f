package dev.flowshield.engine;

import org.jspecify.annotations.Nullable;

/**
 * The limits of a {@link LimitSet} that may reject: judges requests by them, and writes nothing but
 * the count of a rejection.
 *
 * <p>Immutable; as thread-safe as its limits.
 */
final class EnforcedLimits {

  private final Rejections rejections;
  private final LimitSet.Local[] parts;
  private final ExternalLimits foreign;

  /** Judges by the limits of the engine, and by what is known of the others. */
  EnforcedLimits(Rejections rejections, LimitSet.Local[] parts, ExternalLimits foreign) {
    this.rejections = rejections;
    this.parts = parts;
    this.foreign = foreign;
  }

  /**
   * Why a limit rejects, by a reading of the clock; null if none does, as far as that is known
   * before taking. A request that does not wait comes after those that do.
   *
   * @param charges limit by limit; null if the key, its hash and the permits are for all
   */
  @Nullable
  Rejection judge(String key, long hash, long permits, Charge @Nullable [] charges, long now) {
    return judge(key, hash, permits, charges, null, now);
  }

  /** As the other one, for a request in line behind what is ahead. */
  @Nullable
  Rejection judge(Charge[] charges, QueuedDemand ahead, long now) {
    return judge("", 0, 0, charges, ahead, now);
  }

  private @Nullable Rejection judge(
      String key,
      long hash,
      long permits,
      Charge @Nullable [] charges,
      @Nullable QueuedDemand ahead,
      long now) {
    LimitSet.Local slowest = null;
    long longest = 0;
    for (LimitSet.Local part : parts) {
      EngineLimit limit = part.limit();
      Charge charge = charges == null ? null : charges[part.charge()];
      long itsHash = charge == null ? hash : limit.hash(charge);
      Rejection blocked =
          rejections.blocked(limit, charge == null ? key : charge.key(), itsHash, now);
      if (blocked != null) {
        return blocked;
      }
      long cost = charge == null ? permits : charge.permits();
      long wait = retryAfterNanos(limit, itsHash, cost, ahead, now);
      if (wait > longest) {
        slowest = part;
        longest = wait;
      }
    }
    Rejection other = charges == null ? null : foreign.rejectedBefore(charges, now);
    if (other != null || slowest == null) {
      return other;
    }
    EngineLimit limit = slowest.limit();
    if (charges == null) {
      OverLimit rejection = limit.overLimit(hash, permits, now, longest);
      return rejections.rejected(limit, key, hash, rejection, now);
    }
    Charge charge = charges[slowest.charge()];
    long itsHash = limit.hash(charge);
    OverLimit rejection = limit.overLimit(itsHash, charge.permits(), now, longest);
    return rejections.rejected(limit, charge.key(), itsHash, rejection, now);
  }

  /** Without what is ahead, that which is published. */
  private static long retryAfterNanos(
      EngineLimit limit, long hash, long permits, @Nullable QueuedDemand ahead, long now) {
    long before = ahead == null ? limit.permitsAhead(hash) : ahead.permits(limit, hash);
    return before == 0
        ? limit.retryAfterNanos(hash, permits, now)
        : limit.retryAfterNanos(hash, permits, before, now);
  }

  /** Why a request is rejected that has a blocked key; null if it has none. */
  @Nullable
  Rejection blocked(Charge[] charges, long now) {
    for (LimitSet.Local part : parts) {
      Charge charge = charges[part.charge()];
      Rejection blocked =
          rejections.blocked(part.limit(), charge.key(), part.limit().hash(charge), now);
      if (blocked != null) {
        return blocked;
      }
    }
    return foreign.blocked(charges, now);
  }

  /**
   * How long the engine's limits make a request wait; 0 if they admit it.
   *
   * @param ahead what is ahead of it in line; null if it is not in line
   */
  long retryAfterNanos(Charge[] charges, @Nullable QueuedDemand ahead, long now) {
    long longest = 0;
    for (LimitSet.Local part : parts) {
      Charge charge = charges[part.charge()];
      long hash = part.limit().hash(charge);
      longest =
          Math.max(longest, retryAfterNanos(part.limit(), hash, charge.permits(), ahead, now));
    }
    return longest;
  }

  /** A request is in line for those limits that make it wait. */
  void addTo(QueuedDemand ahead, Charge[] charges, long now) {
    for (LimitSet.Local part : parts) {
      Charge charge = charges[part.charge()];
      long hash = part.limit().hash(charge);
      if (retryAfterNanos(part.limit(), hash, charge.permits(), ahead, now) > 0) {
        ahead.add(part.limit(), hash, charge.permits());
      }
    }
  }

  /** Whether a limit can never admit this, as it may be since a change. */
  boolean neverAdmit(Charge[] charges) {
    for (LimitSet.Local part : parts) {
      if (charges[part.charge()].permits() > part.limit().burst()) {
        return true;
      }
    }
    return false;
  }
}
