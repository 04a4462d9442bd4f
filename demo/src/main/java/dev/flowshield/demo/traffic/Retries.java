package dev.flowshield.demo.traffic;

import java.time.Duration;
import java.util.Objects;

/**
 * How clients try again that were shed, had no answer in time, or lost their connection. They heed
 * no {@code Retry-After}.
 *
 * @param most how often, after the first try
 * @param patience how long they wait for an answer; then they close the connection, unless it was
 *     the last try
 * @param pause from the end of one try to the next
 */
public record Retries(int most, Duration patience, Duration pause) {

  /** Each request is tried once. */
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
