package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.Span.nanos;

import java.util.ArrayList;
import java.util.List;

/**
 * Declares a route. Instants are seconds from the beginning, rates are requests per second.
 *
 * <p>Unless something else is said: no requests, which neither wait nor work.
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

  /** Begins, with the rate at the beginning. */
  public static RouteBuilder route(double perSecond) {
    return new RouteBuilder(perSecond);
  }

  public RouteBuilder rateFrom(double instant, double perSecond) {
    return rateRamp(instant, instant, perSecond);
  }

  /** From the rate before to another. */
  public RouteBuilder rateRamp(double from, double to, double perSecond) {
    changes.add(new Change(from, to, perSecond));
    return this;
  }

  /** How long the backend takes. */
  public RouteBuilder waits(ServiceTime time) {
    wait = Timeline.of(time);
    return this;
  }

  public RouteBuilder waitsFrom(double instant, ServiceTime time) {
    wait = wait.with(nanos(instant), time);
    return this;
  }

  /** From the mean before to another, by the same factor in the same time. */
  public RouteBuilder waitsRamp(double from, double to, ServiceTime time) {
    double before = wait.at(nanos(from)).mean() / time.mean();
    for (int step = 1; step <= STEPS; step++) {
      double instant = from + (to - from) * step / STEPS;
      double factor = Math.pow(before, 1 - (double) step / STEPS);
      waitsFrom(instant, time.times(factor));
    }
    return this;
  }

  /** How long the work takes. */
  public RouteBuilder works(ServiceTime time) {
    work = Timeline.of(time);
    return this;
  }

  public RouteBuilder worksFrom(double instant, ServiceTime time) {
    work = work.with(nanos(instant), time);
    return this;
  }

  /** The backend gives no answer. */
  public RouteBuilder dead(double from, double to) {
    dead.add(Span.seconds(from, to));
    return this;
  }

  /** Waits that are longer fail. */
  public RouteBuilder timeout(double seconds) {
    timeoutNanos = nanos(seconds);
    return this;
  }

  /** The backend fails at once. */
  public RouteBuilder failing(double from, double to) {
    failures.add(Span.seconds(from, to));
    return this;
  }

  /** How long its clients wait, if not as long as others. */
  public RouteBuilder deadline(double millis) {
    deadlineNanos = nanos(millis / 1000);
    return this;
  }

  /** Its clients leave before the end. */
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
