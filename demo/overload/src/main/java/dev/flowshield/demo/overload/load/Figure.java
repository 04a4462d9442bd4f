package dev.flowshield.demo.overload.load;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A number in a report, in the order in which a report prints them. */
public enum Figure {
  /** The number of the span among its kind, from 1. */
  NUMBER,
  /** The beginning of the span, in seconds since the start. */
  FROM_S,
  /** The length of the span. */
  SECONDS,
  /** Requests that were due in the span; each other count is of these. */
  OFFERED,
  /** Responses with status 200. */
  OK,
  /** Responses with status 429. */
  LIMITED,
  /** Responses with status 503. */
  SHED,
  /** Other responses, and connections that broke. */
  FAILED,
  /** Requests without a response within the timeout of their client. */
  TIMED_OUT,
  /** The part of {@link #OK} that arrived before the deadline. */
  IN_TIME,
  /** {@link #IN_TIME} per second. */
  GOODPUT_PER_S,
  /** Requests of all clients except the first. */
  OTHERS,
  /** The part of {@link #OTHERS} that was in time. */
  OTHERS_IN_TIME,
  /** Median latency of {@link #OK} from the instant at which a request was due; -1 without any. */
  P50_MS,
  /** The 99th percentile of this latency. */
  P99_MS,
  /** The longest latency of {@link #OK}. */
  MAX_MS,
  /**
   * Seconds from the end of a phase until the server had recovered; -1 if no recovery was observed.
   */
  BACK_S,
  /** Lateness of the client, including waits for a free connection, 99th percentile. */
  LATE_P99_MS,
  /** The longest lateness of the client. */
  LATE_MAX_MS,
  /** Delay until the client noticed that a request was due, 99th percentile. */
  LOOP_P99_MS,
  /** The longest of these delays. */
  LOOP_MAX_MS,
  /** Requests that waited for a free connection, or failed for lack of one. */
  QUEUED,
  /** Attempts, including retries. */
  TRIES,
  /** Processor time of the server's process; -1 if it was not measured. */
  SERVER_CPU_MS,
  /** The part of one processor that the client used; -1 if it was not measured. */
  CPU_PERCENT,
  /** The part of all processors that the host gave to others; -1 if it was not measured. */
  STEAL_PERCENT,
  /** Connections opened by the client. */
  OPENED,
  /** The maximum number of connections open at one time. */
  MOST_OPEN;

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Figure> ofKey(String key) {
    return Stream.of(values()).filter(figure -> figure.key().equals(key)).findFirst();
  }
}
