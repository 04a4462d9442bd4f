package dev.flowshield.checks.overload.scenario;

import java.util.List;
import java.util.Locale;

/**
 * A server, its traffic, and the measured times.
 *
 * @param overload the time from the step up to the step back; without an overload, the time of the
 *     change
 * @param measured the time in which requests are judged
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
  private static final double LONGEST_UNLOADED = 60. * Span.SECOND;

  /** Returns the end of the traffic. */
  public long end() {
    return traffic.load().end();
  }

  /** Returns the time at which the last client has a response or has left for good. */
  public long lastAnswer() {
    return end() + traffic.patienceNanos();
  }

  /** Returns the requests per nanosecond that are offered at an instant. */
  public double offered(long instant) {
    double all = ofMainTraffic(instant);
    for (Route route : traffic.mix().routes()) {
      all += route.offered(instant);
    }
    return all;
  }

  private double ofMainTraffic(long instant) {
    return traffic.load().at(instant) * server.nominalCapacity();
  }

  /**
   * Returns the requests per nanosecond that the server can end at an instant, of those that are
   * offered. These are all that only wait, and as many others as there is time for, with each route
   * in proportion.
   */
  public double servable(long instant) {
    double offered = offered(instant);
    double main = ofMainTraffic(instant);
    double count = main;
    double work = main * server.service().at(instant).mean();
    for (Route route : traffic.mix().routes()) {
      if (route.hasWork()) {
        count += route.offered(instant);
        work += route.offered(instant) * route.work().at(instant).mean();
      }
    }
    double possible = count == main
        ? server.servable(instant, main)
        : server.servable(instant, count, work / count);
    return possible == count ? offered : offered - count + possible;
  }

  /**
   * Returns the initial number of requests in flight that keep the server just busy, plus those
   * that wait beside.
   */
  public double inFlight() {
    return server.bandwidthDelayProduct()
        + traffic.mix().routes().stream()
            .mapToDouble(route -> route.offered(0) * route.waiting().first().mean())
            .sum();
  }

  /** Returns the instants of changes, in order. */
  public List<Long> changes() {
    return Changes.of(this);
  }

  /**
   * Returns this scenario with workers that compute all the time, each on a processor of its own.
   */
  public Scenario computing() {
    return new Scenario(
        name, server.computingWorkers(), traffic, overload, measured, isWithinCapacity);
  }

  /** Returns the same server in quiet times, for long enough to know its rare latencies. */
  public Scenario unloaded() {
    long length = unloadedNanos();
    Span all = new Span(0, length);
    Traffic quiet = new Traffic(
        Load.steady(traffic.base(), length),
        traffic.base(),
        traffic.population(),
        traffic.deadlineNanos(),
        0,
        traffic.mix().calm(length));
    return new Scenario(name, server.calm(), quiet, all, all, true);
  }

  private long unloadedNanos() {
    double main = traffic.base() * server.nominalCapacity();
    List<Route> routes = traffic.mix().routes();
    if (routes.isEmpty()) {
      return Math.round(UNLOADED_REQUESTS / main);
    }
    double all = main + routes.stream().mapToDouble(route -> route.offered(0)).sum();
    return Math.round(Math.min(LONGEST_UNLOADED, UNLOADED_REQUESTS / all));
  }

  /** Returns a short description: the server, and the maximum load. */
  public String description() {
    double most = traffic.load().pieces().stream()
        .mapToDouble(piece -> Math.max(piece.start(), piece.end()))
        .max()
        .orElse(0);
    return String.format(
            Locale.ROOT,
            "%d %s, %.1f ms of work, %.0f ms of I/O, from %.2f to %.1f times the load",
            server.workers().first(),
            server.computing().isShared() ? "processors" : "workers",
            server.service().first().mean() / Span.MILLISECOND,
            (double) server.delayNanos() / Span.MILLISECOND,
            traffic.base(),
            most)
        + (traffic.mix().routes().isEmpty() ? "" : ", other routes")
        + (server.warmUp().factor() > 1 ? ", cold" : "")
        + (traffic.retries() > 0 ? ", retries" : "")
        + (server.hasRandomPauses() ? ", pauses" : "")
        + (server.workers().changes().size() > 1 ? ", fewer workers for a time" : "");
  }

  @Override
  public String toString() {
    return name;
  }
}
