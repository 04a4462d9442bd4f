package dev.flowshield.demo.result;

import dev.flowshield.demo.traffic.Answers;

/** What became of a request, as its sender sees it. */
public enum Outcome {
  /** Answered 200 before the deadline. */
  IN_TIME,
  /** Answered 200 after the deadline, or past the deadline and still waiting. */
  LATE,
  /** Answered 429: the client had spent its limit. */
  OVER_LIMIT,
  /** Answered 503: the server protected itself. */
  SHED,
  /** No answer, no connection, or an answer that is none of these. */
  FAILED;

  /**
   * Judges one request.
   *
   * @param status the HTTP status, or a constant of {@link Answers}
   * @param latencyNanos from the instant the request was due to its answer; of one that waits, to
   *     an instant past its deadline
   * @param deadlineNanos the latency up to which an answer is in time
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
