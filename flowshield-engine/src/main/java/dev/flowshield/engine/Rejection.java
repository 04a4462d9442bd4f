package dev.flowshield.engine;

import dev.flowshield.Decision;
import java.time.Duration;

/** A rejection of work. Nothing was taken, and nothing needs closing. */
public sealed interface Rejection extends Admission permits OverLimit, Blocked, Shed, Unavailable {

  /**
   * Returns the shortest wait before a retry that could help, in nanoseconds, at least 1; {@link
   * Decision#NEVER} if no wait helps.
   */
  long retryAfterNanos();

  /**
   * Returns whether the same request can be admitted later; false if it costs more than a limit
   * ever has at once.
   */
  default boolean isRetryable() {
    return retryAfterNanos() != Decision.NEVER;
  }

  /** Returns the shortest wait that could help; without meaning unless {@link #isRetryable}. */
  default Duration retryAfter() {
    return Duration.ofNanos(retryAfterNanos());
  }
}
