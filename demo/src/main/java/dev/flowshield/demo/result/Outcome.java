package dev.flowshield.demo.result;

import dev.flowshield.demo.traffic.Answers;

/** The outcome of a request, as seen by its sender. */
public enum Outcome {
  /** Status 200 before the deadline. */
  IN_TIME,
  /** Status 200 after the deadline, or still waiting after it. */
  LATE,
  /** Status 429: the client had spent its limit. */
  OVER_LIMIT,
  /** Status 503: the server protected itself. */
  SHED,
  /** No response, no connection, or another response. */
  FAILED;

  /**
   * Returns the outcome of a request.
   *
   * @param status the HTTP status, or a constant of {@link Answers}
   * @param latencyNanos the time from the instant the request was due to its response; of a waiting
   *     request, to an instant after its deadline
   * @param deadlineNanos the latency up to which a response is in time
   */
  static Outcome of(int status, long latencyNanos, long deadlineNanos) {
    return switch (status) {
      case 200 -> latencyNanos <= deadlineNanos ? IN_TIME : LATE;
      case Answers.WAITING -> LATE;
      case 429 -> OVER_LIMIT;
      case 503 -> SHED;
      default -> FAILED;
    };
  }
}
