package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.Span.nanos;

import java.util.ArrayList;
import java.util.List;

/**
 * A builder of a route. Instants are seconds from the beginning, rates are requests per second.
 *
 * <p>By default there are no requests, and they neither wait nor work.
 */
public final class RouteBuilder {

  private static final int STEPS = 40;
  private static final ServiceTime NOTHING = new ServiceTime.Constant(0);

  private final double rate;
  private final List<Change> changes = new ArrayList<>();
  private Timeline<ServiceTime> wait = Timeline.of(NOTHING);
  private Timeline<ServiceTime> work = Timeline.of(NOTHING);
  private final List<Span> dead = new ArrayList<>();
  private final List<Span> failures = new ArrayList<>();
  private long timeoutNanos = Long.MAX_VALUE;
  private long deadlineNanos;
  private boolean isAborted;

  private record Change(double from, double to, double rate) {}

  private RouteBuilder(double rate) {
    this.rate = rate;
  }

  /** Creates a builder with an initial rate. */
  public static RouteBuilder route(double perSecond) {
    return new RouteBuilder(perSecond);
  }

  public RouteBuilder rateFrom(double instant, double perSecond) {
    return rateRamp(instant, instant, perSecond);
  }

  /** Changes the rate along a straight line. */
  public RouteBuilder rateRamp(double from, double to, double perSecond) {
    changes.add(new Change(from, to, perSecond));
    return this;
  }

  /** Sets the initial latency of the backend. */
  public RouteBuilder waits(ServiceTime time) {
    wait = Timeline.of(time);
    return this;
  }

  public RouteBuilder waitsFrom(double instant, ServiceTime time) {
    wait = wait.with(nanos(instant), time);
    return this;
  }

  /** Changes the mean of the latency along an exponential curve, in small steps. */
  public RouteBuilder waitsRamp(double from, double to, ServiceTime time) {
    double before = wait.at(nanos(from)).mean() / time.mean();
    for (int step = 1; step <= STEPS; step++) {
      double instant = from + (to - from) * step / STEPS;
      double factor = Math.pow(before, 1 - (double) step / STEPS);
      waitsFrom(instant, time.times(factor));
    }
    return this;
  }

  /** Sets the initial time of the work. */
  public RouteBuilder works(ServiceTime time) {
    work = Timeline.of(time);
    return this;
  }

  public RouteBuilder worksFrom(double instant, ServiceTime time) {
    work = work.with(nanos(instant), time);
    return this;
  }

  /** Makes the backend unresponsive for a time. */
  public RouteBuilder dead(double from, double to) {
    dead.add(Span.seconds(from, to));
    return this;
  }

  /** Makes longer waits fail. */
  public RouteBuilder timeout(double seconds) {
    timeoutNanos = nanos(seconds);
    return this;
  }

  /** Makes the backend fail at once for a time. */
  public RouteBuilder failing(double from, double to) {
    failures.add(Span.seconds(from, to));
    return this;
  }

  /** Sets the time that clients wait, if it differs from that of the main traffic. */
  public RouteBuilder deadline(double millis) {
    deadlineNanos = nanos(millis / 1000);
    return this;
  }

  /** Makes all clients leave before the end. */
  public RouteBuilder aborted() {
    isAborted = true;
    return this;
  }

  Route build(long end) {
    Load load = Load.steady(rate, end);
    for (Change change : changes) {
      load = load.ramped(nanos(change.from), nanos(change.to), change.rate);
    }
    return new Route(load, wait, work, dead, timeoutNanos, failures, deadlineNanos, isAborted);
  }
}
