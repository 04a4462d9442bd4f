package dev.flowshield.checks.overload.scenario;

import java.util.Locale;

/**
 * A server, its traffic, and when to look.
 *
 * @param overload from the step up to the step back; where nothing is overloaded, the time of the
 *     change
 * @param measured when requests are judged
 * @param isWithinCapacity whether every rejection is wrong
 */
public record Scenario(
    String name,
    ServerModel server,
    Traffic traffic,
    Span overload,
    Span measured,
    boolean isWithinCapacity) {

  private static final double UNLOADED_REQUESTS = 20_000;

  /** When the traffic ends. */
  public long end() {
    return traffic.load().end();
  }

  /** When the last client has an answer or has left for good. */
  public long lastAnswer() {
    return end() + traffic.patienceNanos();
  }

  /** Requests per nanosecond that are offered at an instant. */
  public double offered(long instant) {
    return traffic.load().at(instant) * server.nominalCapacity();
  }

  /** The same server in quiet times, for long enough that its rare latencies are known. */
  public Scenario unloaded() {
    long length = Math.round(UNLOADED_REQUESTS / (traffic.base() * server.nominalCapacity()));
    Span all = new Span(0, length);
    Traffic quiet = new Traffic(
        Load.steady(traffic.base(), length),
        traffic.base(),
        traffic.population(),
        traffic.deadlineNanos(),
        0);
    return new Scenario(name, server.calm(), quiet, all, all, true);
  }

  /** What it is in a few words: the server, and the most that comes. */
  public String description() {
    double most = traffic.load().pieces().stream()
        .mapToDouble(piece -> Math.max(piece.start(), piece.end()))
        .max()
        .orElse(0);
    return String.format(
            Locale.ROOT,
            "%d workers, %.1f ms of work, %.0f ms of I/O, from %.2f to %.1f times the load",
            server.workers().first(),
            server.service().first().mean() / Span.MILLISECOND,
            (double) server.delayNanos() / Span.MILLISECOND,
            traffic.base(),
            most)
        + (traffic.retries() > 0 ? ", retries" : "")
        + (server.hasRandomPauses() ? ", pauses" : "")
        + (server.workers().changes().size() > 1 ? ", fewer workers for a time" : "");
  }

  @Override
  public String toString() {
    return name;
  }
}
