package dev.flowshield;

import java.time.Duration;

/** The answer to one request for permits: {@link Admitted} or {@link Rejected}. A value. */
public sealed interface Decision {

  /** Whether the permits were taken. */
  boolean isAdmitted();

  /** The permits left for this key at the instant of the decision. */
  long remaining();

  /**
   * The permits are taken.
   *
   * @param remaining the permits left for this key at this instant
   */
  record Admitted(long remaining) implements Decision {
    @Override
    public boolean isAdmitted() {
      return true;
    }
  }

  /**
   * Nothing is taken.
   *
   * @param remaining the permits left for this key at this instant, fewer than were asked for
   * @param retryAfterNanos the shortest wait that could help, in nanoseconds, at least 1: asking again after exactly this wait
   *     succeeds if nobody else took permits of the key meanwhile
   */
  record Rejected(long remaining, long retryAfterNanos) implements Decision {
    @Override
    public boolean isAdmitted() {
      return false;
    }

    /** The shortest wait that could help. */
    public Duration retryAfter() {
      return Duration.ofNanos(retryAfterNanos);
    }
  }
}
