package dev.flowshield.checks.overload.scenario;

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

  @Override
  public String toString() {
    return name;
  }
}
