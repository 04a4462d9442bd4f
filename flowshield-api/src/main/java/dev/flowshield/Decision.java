package dev.flowshield;

import java.time.Duration;
import java.util.List;

/** The answer to one request for permits: {@link Admitted} or {@link Rejected}. A value. */
public sealed interface Decision {

  /** The {@code retryAfterNanos} of a request that can never be admitted: no wait helps. */
  long NEVER = Long.MAX_VALUE;

  /** Whether the permits were taken. */
  boolean isAdmitted();

  /**
   * The permits left for this key at the instant of the decision; of several limits, those of the
   * one with the fewest.
   */
  long remaining();

  /**
   * How each limit stands, in the order they were given; empty where a limiter keeps one limit, of
   * which all is said here.
   */
  List<Standing> standings();

  /**
   * The permits are taken.
   *
   * @param remaining the permits left for this key at this instant
   * @param standings how each limit stands, where there are several
   */
  record Admitted(long remaining, List<Standing> standings) implements Decision {

    /** Keeps a copy of the list. */
    public Admitted {
      standings = List.copyOf(standings);
    }

    /** The answer of a limiter that keeps one limit. */
    public Admitted(long remaining) {
      this(remaining, List.of());
    }

    @Override
    public boolean isAdmitted() {
      return true;
    }
  }

  /**
   * Nothing is taken.
   *
   * @param remaining the permits left for this key at this instant, fewer than were asked for
   * @param retryAfterNanos the shortest wait that could help, in nanoseconds, at least 1: asking
   *     again after exactly this wait succeeds if no other caller took permits of the key
   *     meanwhile; {@link #NEVER} if more permits were asked for than can ever be there
   * @param limit the limit that rejects, by its name or as {@link RateLimit} text; where several
   *     reject, the one that takes longest; empty if the limiter does not say
   * @param standings how each limit stands, where there are several
   * @param reason what rejects
   */
  record Rejected(
      long remaining, long retryAfterNanos, String limit, List<Standing> standings, Reason reason)
      implements Decision {

    /** Keeps a copy of the list. */
    public Rejected {
      standings = List.copyOf(standings);
    }

    /** The answer of a limiter that keeps several limits. */
    public Rejected(long remaining, long retryAfterNanos, String limit, List<Standing> standings) {
      this(remaining, retryAfterNanos, limit, standings, Reason.OVER_LIMIT);
    }

    /** The answer of a limiter that keeps one limit. */
    public Rejected(long remaining, long retryAfterNanos, String limit) {
      this(remaining, retryAfterNanos, limit, List.of());
    }

    /** The answer of a limiter that keeps one limit and does not name it. */
    public Rejected(long remaining, long retryAfterNanos) {
      this(remaining, retryAfterNanos, "");
    }

    @Override
    public boolean isAdmitted() {
      return false;
    }

    /** The same for another reason. */
    public Rejected because(Reason other) {
      return new Rejected(remaining, retryAfterNanos, limit, standings, other);
    }

    /** Returns whether the same request can be admitted later. */
    public boolean isRetryable() {
      return retryAfterNanos != NEVER;
    }

    /** The shortest wait that could help; of no meaning unless it {@link #isRetryable}. */
    public Duration retryAfter() {
      return Duration.ofNanos(retryAfterNanos);
    }
  }

  /** What rejects. */
  enum Reason {
    /** A limit is spent. */
    OVER_LIMIT,
    /** More permits were asked for than the limit ever has at once: {@link #NEVER}. */
    BEYOND_BURST,
    /**
     * The caller would have waited, but as many wait as may ({@link LimiterSpec#withMaxQueued}):
     * {@link Rejected#limit} is what they wait for.
     */
    QUEUE_FULL,
    /**
     * The {@link LimitStore} that keeps the limit does not answer, and it is {@link
     * OnStoreFailure#CLOSED} then.
     */
    NO_STORE
  }

  /**
   * How one of several limits stands after the decision.
   *
   * @param limit the limit, by its name or as {@link RateLimit} text
   * @param remaining the permits left of it
   * @param retryAfterNanos how long it alone would make the same request wait if it came again, in
   *     nanoseconds; 0 if not at all, {@link #NEVER} if it is for more than the burst
   */
  record Standing(String limit, long remaining, long retryAfterNanos) {}
}
