package dev.flowshield.checks.overload.scenario;

import java.util.List;

/**
 * Requests of one kind, beside the main traffic. Each first waits for a backend, without limit:
 * nothing queues there, however many wait. Then it may be work at the server.
 *
 * @param load how many there are, in requests per second
 * @param waiting how long the backend takes
 * @param work how long the work takes, at the workers or processors; a mean of 0 for no work
 * @param dead when the backend gives no answer; those that are due meanwhile come at the end
 * @param timeoutNanos how long a request waits for the backend; it fails then
 * @param failures when the backend fails, at once
 * @param deadlineNanos a client waits for less than this; 0 if as long as in the main traffic
 * @param isAborted whether clients leave before the end, so that the end means nothing
 */
public record Route(
    Load load,
    Timeline<ServiceTime> waiting,
    Timeline<ServiceTime> work,
    List<Span> dead,
    long timeoutNanos,
    List<Span> failures,
    long deadlineNanos,
    boolean isAborted) {

  private static final double SECOND = Span.SECOND;

  /** Keeps copies. */
  public Route {
    dead = List.copyOf(dead);
    failures = List.copyOf(failures);
  }

  /** Whether there is work at the server. */
  public boolean hasWork() {
    return work.first().mean() > 0;
  }

  /** Requests per nanosecond that are offered at an instant. */
  double offered(long instant) {
    return load.at(instant) / SECOND;
  }

  /** The same one when nothing changes and nothing goes wrong. */
  Route calm(long length) {
    return new Route(
        Load.steady(load.at(0), length),
        Timeline.of(waiting.first()),
        Timeline.of(work.first()),
        List.of(),
        timeoutNanos,
        List.of(),
        deadlineNanos,
        isAborted);
  }
}
