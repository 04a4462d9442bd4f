package dev.flowshield;

import java.time.Duration;
import java.util.List;

/**
 * The decision of a limiter about one request for permits: {@link Admitted} or {@link Rejected}.
 * Immutable.
 */
public sealed interface Decision {

  /** The {@code retryAfterNanos} of a request that no wait can help. */
  long NEVER = Long.MAX_VALUE;

  /** Returns whether the permits were taken. */
  boolean isAdmitted();

  /**
   * Returns the permits that this key had left after the decision. If the limiter keeps several
   * limits, returns the smallest number.
   */
  long remaining();

  /**
   * Returns the status of each limit, in the order in which the limits were given. Empty if the
   * limiter keeps a single limit, because the decision itself has its status.
   */
  List<LimitStatus> limits();

  /**
   * A decision that took the permits.
   *
   * @param remaining the permits that this key has left
   * @param limits the status of each limit; empty if there is only one
   */
  record Admitted(long remaining, List<LimitStatus> limits) implements Decision {

    /** Creates a decision with a copy of the list. */
    public Admitted {
      limits = List.copyOf(limits);
    }

    /** Creates the decision of a limiter that keeps a single limit. */
    public Admitted(long remaining) {
      this(remaining, List.of());
    }

    @Override
    public boolean isAdmitted() {
      return true;
    }
  }

  /**
   * A decision that took no permits.
   *
   * @param remaining the permits that this key has left, fewer than were requested
   * @param retryAfterNanos the shortest wait that can help, in nanoseconds, at least 1. A retry
   *     after exactly this wait succeeds if no other caller takes permits of the key meanwhile.
   *     {@link #NEVER} if the request is for more permits than the limit ever has
   * @param limit the name of the limit that rejects, or its {@link RateLimit} text; the limit with
   *     the longest wait if several reject; empty if the limiter does not state it
   * @param limits the status of each limit; empty if there is only one
   * @param reason the reason for the rejection
   */
  record Rejected(
      long remaining, long retryAfterNanos, String limit, List<LimitStatus> limits, Reason reason)
      implements Decision {

    /** Creates a decision with a copy of the list. */
    public Rejected {
      limits = List.copyOf(limits);
    }

    /** Creates the decision of a limiter that keeps several limits. */
    public Rejected(long remaining, long retryAfterNanos, String limit, List<LimitStatus> limits) {
      this(remaining, retryAfterNanos, limit, limits, Reason.OVER_LIMIT);
    }

    /** Creates the decision of a limiter that keeps a single limit. */
    public Rejected(long remaining, long retryAfterNanos, String limit) {
      this(remaining, retryAfterNanos, limit, List.of());
    }

    /** Creates the decision of a limiter that keeps a single limit and does not name it. */
    public Rejected(long remaining, long retryAfterNanos) {
      this(remaining, retryAfterNanos, "");
    }

    @Override
    public boolean isAdmitted() {
      return false;
    }

    /** Returns a copy of this decision with the given reason. */
    public Rejected withReason(Reason other) {
      return new Rejected(remaining, retryAfterNanos, limit, limits, other);
    }

    /** Returns whether the same request can be admitted later. */
    public boolean isRetryable() {
      return retryAfterNanos != NEVER;
    }

    /** Returns the shortest wait that can help. Meaningless unless {@link #isRetryable}. */
    public Duration retryAfter() {
      return Duration.ofNanos(retryAfterNanos);
    }
  }

  /** The reason for a rejection. */
  enum Reason {
    /** The limit has too few permits left. */
    OVER_LIMIT,
    /** The request is for more permits than the limit ever has: {@link #NEVER}. */
    BEYOND_BURST,
    /**
     * The caller was willing to wait, but the queue of the limit is full, see {@link
     * LimiterSpec#withMaxQueued}.
     */
    QUEUE_FULL,
    /**
     * The {@link LimitStore} of the limit does not answer, and its policy is {@link
     * StoreFailurePolicy#CLOSED}.
     */
    NO_STORE
  }
}
