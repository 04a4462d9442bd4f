package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.StoreStats;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of one limit of a shield, and the use of its memory. Immutable.
 *
 * <p>A class rather than a record, so that it can grow.
 */
public final class LimitStats {

  private final Limit limit;
  private final long admitted;
  private final long permitsBeyondOne;
  private final long permitsReturned;
  private final long permitsBeyondEstimate;
  private final long rejected;
  private final long blocked;
  private final long tracked;
  private final long maxKeys;
  private final long slots;
  private final long overflowed;
  private final long unavailable;
  private final @Nullable StoreStats store;

  LimitStats(ActiveLimit limit) {
    this.limit = limit.limit();
    this.admitted = limit.admitted();
    this.permitsBeyondOne = limit.permits().beyondOne();
    this.permitsReturned = limit.permits().returned();
    this.permitsBeyondEstimate = limit.permits().beyondEstimate();
    this.rejected = limit.rejected();
    this.blocked = limit.blocked();
    this.tracked = limit.tracked();
    this.maxKeys = limit.maxKeys();
    this.slots = limit.slots();
    this.overflowed = limit.overflowed();
    this.unavailable = limit.unavailable();
    this.store = limit.storeStats();
  }

  /** Returns the name of the limit. */
  public String name() {
    return limit.name();
  }

  /** Returns its rates as they are now. */
  public List<RateLimit> limits() {
    return limit.limits();
  }

  /** Returns whether it only counts the requests that it would reject. */
  public boolean isShadow() {
    return limit.isShadow();
  }

  /**
   * Returns the admitted requests that were charged to it; for a shadow limit, including those that
   * it would have rejected.
   */
  public long admitted() {
    return admitted;
  }

  /**
   * Returns the requests for which this limit was the reason of the rejection; for a shadow limit,
   * those that it would have rejected although no other limit did.
   */
  public long rejected() {
    return rejected;
  }

  /**
   * Returns the permits that {@link #admitted} requests took when they were admitted, one each
   * unless they cost more.
   */
  public long permitsTaken() {
    return admitted + permitsBeyondOne;
  }

  /**
   * Returns the reserved permits that were returned because they were not used: {@link
   * Admitted#settle(long)}.
   */
  public long permitsReturned() {
    return permitsReturned;
  }

  /** Returns the permits that work used beyond the reserved ones: {@link Admitted#settle(long)}. */
  public long permitsBeyondEstimate() {
    return permitsBeyondEstimate;
  }

  /** Returns the requests rejected because its penalty had blocked their key already. */
  public long blocked() {
    return blocked;
  }

  /**
   * Returns the number of keys that certainly have an allowance of their own: {@link
   * Limit#withMaxKeys}. 0 for a limit for all together, or one kept by a limiter of another kind.
   */
  public long maxKeys() {
    return maxKeys;
  }

  /**
   * Returns the keys that have a slot in memory. Includes keys whose allowance is full again and
   * whose slot no other key has needed since, so it may be above {@link #maxKeys}.
   */
  public long tracked() {
    return tracked;
  }

  /**
   * Returns the largest number of slots in memory: about 1.45 for each of {@link #maxKeys}, because
   * a key has a choice of 16 slots and must find one of them free.
   */
  public long slots() {
    return slots;
  }

  /** Returns how often a key was admitted from a shared allowance because the table was full. */
  public long overflowed() {
    return overflowed;
  }

  /** Returns the requests rejected because its store did not answer: {@link Unavailable}. */
  public long unavailable() {
    return unavailable;
  }

  /** Returns the statistics of its store; empty if no store keeps it. */
  public Optional<StoreStats> store() {
    return Optional.ofNullable(store);
  }

  @Override
  public String toString() {
    return limit + ": admitted=" + admitted + ", permitsTaken=" + permitsTaken()
        + ", permitsReturned=" + permitsReturned + ", permitsBeyondEstimate="
        + permitsBeyondEstimate + ", rejected=" + rejected + ", blocked=" + blocked
        + ", maxKeys=" + maxKeys + ", tracked=" + tracked + ", slots=" + slots + ", overflowed="
        + overflowed + (store == null ? "" : ", unavailable=" + unavailable + ", store=" + store);
  }
}
