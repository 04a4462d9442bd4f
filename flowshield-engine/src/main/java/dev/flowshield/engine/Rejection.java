package dev.flowshield.engine;

import dev.flowshield.Decision;
import java.time.Duration;

/** Work that may not run now. Nothing was taken, nothing needs closing. */
public sealed interface Rejection extends Admission permits OverLimit, Blocked, Shed, Unavailable {

  /**
   * The shortest wait that could help, in nanoseconds, at least 1; {@link Decision#NEVER} if no
   * wait helps.
   */
  long retryAfterNanos();

  /**
   * Returns whether the same request can be admitted later; false if it costs more than a limit
   * ever has at once.
   */
  default boolean isRetryable() {
    return retryAfterNanos() != Decision.NEVER;
  }

  /** The shortest wait that could help; of no meaning unless it {@link #isRetryable}. */
  default Duration retryAfter() {
    return Duration.ofNanos(retryAfterNanos());
  }
}
