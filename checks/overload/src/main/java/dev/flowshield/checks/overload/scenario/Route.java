package dev.flowshield.checks.overload.scenario;

import java.util.List;

/**
 * Requests of one kind, beside the main traffic.
 *
 * <p>A request first waits for a backend without a limit: any number of requests can wait there.
 * Then the server works on it, if the route has work.
 *
 * @param load the requests per second
 * @param waiting the latency of the backend
 * @param work the time of the work at the workers or processors; its mean is 0 for no work
 * @param dead the spans in which the backend does not respond; all pending responses arrive at the
 *     end
 * @param timeoutNanos the longest wait for the backend; the request then fails
 * @param failures the spans in which the backend fails at once
 * @param deadlineNanos the time that a client waits; 0 for the deadline of the main traffic
 * @param isAborted true if clients leave before the end, so that the end carries no information
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

  /** Creates a route with copies of the lists. */
  public Route {
    dead = List.copyOf(dead);
    failures = List.copyOf(failures);
  }

  /** Returns whether the server has to work on these requests. */
  public boolean hasWork() {
    return work.first().mean() > 0;
  }

  /** Returns the requests per nanosecond that are offered at an instant. */
  double offered(long instant) {
    return load.at(instant) / SECOND;
  }

  /** Returns this route without changes and failures. */
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
