package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.Span.MILLISECOND;
import static dev.flowshield.checks.overload.scenario.Span.nanos;

import dev.flowshield.checks.overload.scenario.Population.Group;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A builder of a scenario.
 *
 * <p>By default: 8 workers, exponential work of 10 ms, a thousand equal clients that wait for 500
 * ms, half of the nominal capacity, 60 s long, overloaded from 20 to 40 s. Instants are seconds
 * from the beginning, loads are multiples of the nominal capacity.
 */
public final class ScenarioBuilder {

  private static final int CLIENTS = 1000;
  private static final int PROCESSORS = 8;

  private final String name;
  private Timeline<Integer> workers = Timeline.of(8);
  private Timeline<ServiceTime> service =
      Timeline.of(new ServiceTime.Exponential(10 * MILLISECOND));
  private double ioMillis;
  private double contention;
  private double rejectionCost;
  private int containerThreads;
  private final List<Span> pauses = new ArrayList<>();
  private boolean hasRandomPauses;
  private final List<Span> hangs = new ArrayList<>();
  private final List<Span> failures = new ArrayList<>();
  private WarmUp warmUp = WarmUp.NONE;
  private boolean isShared;
  private double computingShare;
  private double computingMillis = .05;

  private double base = .5;
  private double coldStart;
  private final List<Change> changes = new ArrayList<>();
  private final List<Group> groups = new ArrayList<>();
  private final List<RouteBuilder> routes = new ArrayList<>();
  private final List<Bunch> bunches = new ArrayList<>();
  private final List<Loop> loops = new ArrayList<>();
  private double deadlineMillis = 500;
  private int retries;
  private double end = 60;
  private Span overload = Span.seconds(20, 40);
  private @Nullable Span measured;
  private boolean isWithinCapacity;

  private record Change(double from, double to, double load) {}

  private ScenarioBuilder(String name) {
    this.name = name;
  }

  /** Creates a builder. */
  public static ScenarioBuilder scenario(String name) {
    return new ScenarioBuilder(name);
  }

  /** Sets the initial number of workers. */
  public ScenarioBuilder workers(int count) {
    workers = Timeline.of(count);
    return this;
  }

  public ScenarioBuilder workersFrom(double instant, int count) {
    workers = workers.with(nanos(instant), count);
    return this;
  }

  public ScenarioBuilder service(ServiceTime time) {
    service = Timeline.of(time);
    return this;
  }

  public ScenarioBuilder serviceFrom(double instant, ServiceTime time) {
    service = service.with(nanos(instant), time);
    return this;
  }

  /** Sets a delay before the work. */
  public ScenarioBuilder io(double millis) {
    ioMillis = millis;
    return this;
  }

  public ScenarioBuilder contention(double kappa) {
    contention = kappa;
    return this;
  }

  /** Sets the cost of a rejection as a share of the mean service time. */
  public ScenarioBuilder rejectionCost(double share) {
    rejectionCost = share;
    return this;
  }

  public ScenarioBuilder container(int threads) {
    containerThreads = threads;
    return this;
  }

  public ScenarioBuilder pause(double from, double to) {
    pauses.add(Span.seconds(from, to));
    return this;
  }

  public ScenarioBuilder randomPauses() {
    hasRandomPauses = true;
    return this;
  }

  public ScenarioBuilder hang(double from, double to) {
    hangs.add(Span.seconds(from, to));
    return this;
  }

  public ScenarioBuilder failFast(double from, double to) {
    failures.add(Span.seconds(from, to));
    return this;
  }

  public ScenarioBuilder warmUp(double factor, double tauSeconds) {
    warmUp = new WarmUp(factor, nanos(tauSeconds));
    return this;
  }

  /** Makes all work share the processors, which are as many as the workers. */
  public ScenarioBuilder shared() {
    isShared = true;
    computingMillis = 0;
    return this;
  }

  /**
   * Sets the share of its time in which a worker computes, and the additional computing time of
   * each request.
   */
  public ScenarioBuilder computing(double share, double millisOfEach) {
    computingShare = share;
    computingMillis = millisOfEach;
    return this;
  }

  /** Sets the load in quiet times; from the beginning, unless there is a cold start. */
  public ScenarioBuilder base(double load) {
    base = load;
    return this;
  }

  /** Sets the load from the beginning. */
  public ScenarioBuilder coldStart(double load) {
    coldStart = load;
    return this;
  }

  public ScenarioBuilder loadFrom(double instant, double load) {
    return ramp(instant, instant, load);
  }

  /** Adds a ramp from the previous load to another. */
  public ScenarioBuilder ramp(double from, double to, double load) {
    changes.add(new Change(from, to, load));
    return this;
  }

  /** Sets a load from 20 to 40 s. */
  public ScenarioBuilder overload(double load) {
    return overload(20, 40, load);
  }

  public ScenarioBuilder overload(double from, double to, double load) {
    return loadFrom(from, load).loadFrom(to, base).overloaded(from, to);
  }

  /** Sets the time of the overload, whatever its cause, or of a change. */
  public ScenarioBuilder overloaded(double from, double to) {
    overload = Span.seconds(from, to);
    return this;
  }

  /** Sets the time in which requests are judged, if it differs from the overload. */
  public ScenarioBuilder measured(double from, double to) {
    measured = Span.seconds(from, to);
    return this;
  }

  /** Declares every rejection wrong. */
  public ScenarioBuilder withinCapacity() {
    isWithinCapacity = true;
    return this;
  }

  public ScenarioBuilder end(double instant) {
    end = instant;
    return this;
  }

  public ScenarioBuilder deadline(double millis) {
    deadlineMillis = millis;
    return this;
  }

  public ScenarioBuilder retries(int count) {
    retries = count;
    return this;
  }

  public ScenarioBuilder clients(Group group) {
    groups.add(group);
    return this;
  }

  /** Shares a thousand clients out to classes. */
  public ScenarioBuilder classes(double sheddable, double standard, double critical) {
    return classOf(Population.SHEDDABLE, sheddable)
        .classOf(Population.DEFAULT, standard)
        .classOf(Population.CRITICAL, critical);
  }

  private ScenarioBuilder classOf(int criticality, double share) {
    return clients(Group.equal((int) Math.round(CLIENTS * share), share, criticality));
  }

  /**
   * Adds clients that always send a small load each, and others that join them from 20 to 40 s,
   * with a total load.
   */
  public ScenarioBuilder victimsAndAbusers(
      int victims, double loadOfEach, int abusers, double load) {
    double loadOfAll = victims * loadOfEach;
    return base(loadOfAll)
        .clients(Group.equal(victims, loadOfAll, Population.DEFAULT))
        .clients(Group.abusive(abusers, load))
        .overload(loadOfAll + load);
  }

  /** Adds a route beside the main traffic, after the previous ones. */
  public ScenarioBuilder route(RouteBuilder route) {
    routes.add(route);
    return this;
  }

  /** Adds simultaneous requests of many clients on a route. */
  public ScenarioBuilder bunch(double instant, int route, int requests) {
    return bunch(instant, 0, route, requests);
  }

  /** Adds requests of many clients within some seconds on a route. */
  public ScenarioBuilder bunch(double instant, double over, int route, int requests) {
    return bunch(new Bunch(nanos(instant), nanos(over), route, requests, false));
  }

  public ScenarioBuilder bunch(Bunch bunch) {
    bunches.add(bunch);
    return this;
  }

  public ScenarioBuilder loop(Loop loop) {
    loops.add(loop);
    return this;
  }

  /** Creates the scenario. */
  public Scenario build() {
    Span judged = measured == null ? overload : measured;
    return new Scenario(name, server(), traffic(), overload, judged, isWithinCapacity);
  }

  private ServerModel server() {
    return new ServerModel(
        workers,
        service,
        Math.round(ioMillis * MILLISECOND),
        contention,
        rejectionCost,
        containerThreads,
        pauses,
        hasRandomPauses,
        hangs,
        failures,
        warmUp,
        computing());
  }

  private Computing computing() {
    int processors = isShared ? workers.first() : PROCESSORS;
    return new Computing(isShared, processors, computingShare, computingMillis * MILLISECOND);
  }

  private Mix mix() {
    long last = nanos(end);
    return new Mix(routes.stream().map(route -> route.build(last)).toList(), bunches, loops);
  }

  private Traffic traffic() {
    Load load = Load.steady(coldStart > 0 ? coldStart : base, nanos(end));
    for (Change change : changes) {
      load = load.ramped(nanos(change.from), nanos(change.to), change.load);
    }
    List<Group> all =
        groups.isEmpty() ? List.of(Group.equal(CLIENTS, 1, Population.DEFAULT)) : groups;
    return new Traffic(
        load, base, Population.of(all), Math.round(deadlineMillis * MILLISECOND), retries, mix());
  }
}
