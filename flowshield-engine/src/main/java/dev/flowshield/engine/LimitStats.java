package dev.flowshield.engine;

import dev.flowshield.RateLimit;
import dev.flowshield.StoreStats;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one limit of a shield has done, and how full its memory is. Immutable.
 *
 * <p>A class rather than a record, so that it can grow.
 */
public final class LimitStats {

  private final Limit limit;
  private final long admitted;
  private final long rejected;
  private final long blocked;
  private final long tracked;
  private final long maxKeys;
  private final long slots;
  private final long overflowed;
  private final long unavailable;
  private final @Nullable StoreStats store;

  /** The limit as it is now, with the requests that the sets which are kept have admitted. */
  LimitStats(ActiveLimit limit, long admitted) {
    this.limit = limit.limit();
    this.admitted = admitted + limit.admittedApart().sum();
    this.rejected = limit.rejected();
    this.blocked = limit.blocked();
    this.tracked = limit.tracked();
    this.maxKeys = limit.maxKeys();
    this.slots = limit.slots();
    this.overflowed = limit.overflowed();
    this.unavailable = limit.unavailable();
    this.store = limit.storeStats();
  }

  /** The name of the limit. */
  public String name() {
    return limit.name();
  }

  /** How much it admits now. */
  public List<RateLimit> limits() {
    return limit.limits();
  }

  /** Whether it only counts what it would reject. */
  public boolean isShadow() {
    return limit.isShadow();
  }

  /**
   * Admitted requests that were charged to it; of a shadow limit, those that it would have rejected
   * too.
   */
  public long admitted() {
    return admitted;
  }

  /**
   * Requests rejected by it, where it was the limit that takes longest; of a shadow limit, requests
   * that it would have rejected although no other limit did.
   */
  public long rejected() {
    return rejected;
  }

  /** Requests rejected because their key was blocked already, by the penalty of this limit. */
  public long blocked() {
    return blocked;
  }

  /**
   * How many keys have an allowance of their own for certain, as {@link Limit#withMaxKeys} says; 0
   * for a limit for all together, or one kept by a limiter of another kind.
   */
  public long maxKeys() {
    return maxKeys;
  }

  /**
   * Keys that have a slot in memory, those included whose allowance is full again and whose slot
   * no other key needed since; so it may be above {@link #maxKeys}.
   */
  public long tracked() {
    return tracked;
  }

  /**
   * The most slots that memory is taken for, as keys come: about 1.45 for each of {@link
   * #maxKeys}, since a key has a choice of 16 slots and must find one of them free.
   */
  public long slots() {
    return slots;
  }

  /** How often a key was admitted from an allowance that it shares, since the table was full. */
  public long overflowed() {
    return overflowed;
  }

  /** Requests rejected because the store that keeps it did not answer: {@link Unavailable}. */
  public long unavailable() {
    return unavailable;
  }

  /** How the store that keeps it answers; empty if it is kept in none. */
  public Optional<StoreStats> store() {
    return Optional.ofNullable(store);
  }

  @Override
  public String toString() {
    return limit + ": admitted=" + admitted + ", rejected=" + rejected + ", blocked=" + blocked
        + ", maxKeys=" + maxKeys + ", tracked=" + tracked + ", slots=" + slots + ", overflowed="
        + overflowed + (store == null ? "" : ", unavailable=" + unavailable + ", store=" + store);
  }
}
