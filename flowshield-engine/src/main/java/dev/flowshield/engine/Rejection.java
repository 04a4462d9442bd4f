package dev.flowshield.engine;

import java.time.Duration;

/** Work that may not run now. Nothing was taken, nothing needs closing. */
public sealed interface Rejection extends Admission permits OverLimit, Blocked, Shed, Unavailable {

  /** The shortest wait that could help, in nanoseconds, at least 1. */
  long retryAfterNanos();

  /** The shortest wait that could help. */
  default Duration retryAfter() {
    return Duration.ofNanos(retryAfterNanos());
  }
}
