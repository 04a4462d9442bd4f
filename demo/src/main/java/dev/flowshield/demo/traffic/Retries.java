package dev.flowshield.demo.traffic;

import java.time.Duration;
import java.util.Objects;

/**
 * The retries of clients that were shed, had no response in time, or lost their connection. They
 * ignore {@code Retry-After}.
 *
 * @param most the maximum number of retries
 * @param patience the time that they wait for a response; then they close the connection, unless it
 *     was the last attempt
 * @param pause the time from the end of an attempt to the next
 */
public record Retries(int most, Duration patience, Duration pause) {

  /** No retries. */
  public static final Retries NONE = new Retries(0, Duration.ZERO, Duration.ZERO);

  public Retries {
    if (most < 0) {
      throw new IllegalArgumentException(
          "most must be 0 or more, got " + most + ": 0 is for clients that do not try again");
    }
    Objects.requireNonNull(patience, "patience");
    Objects.requireNonNull(pause, "pause");
  }

  static boolean isWorthOne(int status) {
    return status != 200 && status != 429;
  }
}
