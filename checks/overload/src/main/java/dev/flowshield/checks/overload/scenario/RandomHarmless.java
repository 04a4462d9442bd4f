package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.HarmlessScenarios.harmless;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A random scenario below capacity: several routes with changing rates and times, bunches and
 * loops.
 *
 * <p>Each scenario is below capacity because its rates are scaled to the drawn load of the busiest
 * moment, see {@link RoutePlan#peakLoad}. A bunch is processed in 0.2 s.
 */
final class RandomHarmless {

  private static final double MOST_OPEN = 950;
  private static final double MOST_OPEN_USUALLY = 400;
  private static final double MOST_ARRIVALS = 5000;
  private static final double MOST_ARRIVALS_WITH_PAUSES = 1500; // up to 450 arrive after a pause
  private static final double MOST_LOAD = .8;
  private static final double PROCESSORS = 8; // of a process whose workers do not share them
  private static final double MOST_LOAD_WITH_PAUSES = .7;
  private static final double WORKED_OFF_NANOS = .2 * Span.SECOND;

  private enum Kind {
    UNLIMITED,
    WORKERS,
    PROCESSORS
  }

  private final Draw draw;
  private final String name;
  private final Kind kind;
  private final int count;
  private final double coldFactor;
  private final boolean hasPauses;
  private final double end;
  private double open;

  RandomHarmless(RandomStream random, String name) {
    this.draw = new Draw(random);
    this.name = name;
    this.kind = draw.is(.4) ? Kind.UNLIMITED : draw.is(.5) ? Kind.WORKERS : Kind.PROCESSORS;
    this.count = (int) Math.round(draw.logUniform(1, kind == Kind.WORKERS ? 64 : 16));
    this.coldFactor = kind == Kind.PROCESSORS && draw.is(.2) ? draw.between(3, 10) : 1;
    this.hasPauses = draw.is(.25);
    this.end = draw.between(60, 120);
  }

  Scenario draw() {
    ScenarioBuilder drawn = harmless(name, end).workers(count);
    if (kind == Kind.PROCESSORS) {
      drawn.shared();
    }
    if (coldFactor > 1) {
      drawn.warmUp(coldFactor, draw.between(1, 5));
    }
    if (hasPauses) {
      drawn.randomPauses();
    }
    if (draw.is(.2)) {
      drawn.retries(3);
    }
    RoutePlan plan = plan();
    open = plan.peakOpen();
    List<RouteBuilder> routes = new ArrayList<>();
    for (int route = 0; route < plan.size(); route++) {
      routes.add(plan.build(route));
    }
    addTrouble(plan, routes);
    addBunches(drawn, plan);
    addLoop(drawn, routes);
    routes.forEach(drawn::route);
    if (kind != Kind.PROCESSORS) {
      double most = Math.min(1, MOST_LOAD * PROCESSORS / count);
      drawn.computing(draw.is(.5) ? 0 : draw.between(0, most), draw.logUniform(.01, .1));
    }
    return drawn.build();
  }

  private RoutePlan plan() {
    double workMillis = kind == Kind.UNLIMITED
        ? 0
        : draw.logUniform(kind == Kind.WORKERS ? 1 : .5, kind == Kind.WORKERS ? 100 : 50);
    RoutePlan plan = new RoutePlan(draw, (int) draw.between(1, 5), workMillis, end);
    if (kind == Kind.UNLIMITED) {
      plan.scale(draw.logUniform(1, 2000) / plan.peakRate());
    } else {
      double most = hasPauses ? MOST_LOAD_WITH_PAUSES : MOST_LOAD;
      double load = draw.is(.5) ? draw.logUniform(.01, most) : draw.between(.3, most);
      plan.scale(load / coldFactor * count / plan.peakLoad());
    }
    double mostArrivals = hasPauses ? MOST_ARRIVALS_WITH_PAUSES : MOST_ARRIVALS;
    plan.scale(Math.min(1, mostArrivals / plan.peakRate()));
    plan.scale(Math.min(1, MOST_OPEN_USUALLY / plan.peakOpen()));
    return plan;
  }

  /**
   * Adds a dead or failing backend, but not on a route with work, which would arrive all at once.
   */
  private void addTrouble(RoutePlan plan, List<RouteBuilder> routes) {
    List<Integer> waiting = IntStream.range(0, plan.size())
        .filter(route -> !plan.hasWork(route))
        .boxed()
        .toList();
    if (waiting.isEmpty() || !draw.is(.25)) {
      return;
    }
    int route = draw.of(waiting);
    double from = draw.between(15, end - 20);
    if (draw.is(.4)) {
      routes.get(route).failing(from, from + draw.between(1, 20));
      return;
    }
    double rate = plan.peakRate(route);
    double seconds = Math.min(draw.between(1, 10), (MOST_OPEN - open) / rate);
    open += seconds * rate;
    routes.get(route).dead(from, from + seconds);
    if (draw.is(.5)) {
      routes.get(route).timeout(draw.is(.5) ? 1 : 30);
    }
  }

  private void addBunches(ScenarioBuilder drawn, RoutePlan plan) {
    int bunches = draw.is(.4) ? (int) draw.between(1, 3) : 0;
    for (int i = 0; i < bunches; i++) {
      int route = (int) draw.between(0, plan.size());
      double most = plan.hasWork(route)
          ? WORKED_OFF_NANOS * count / (plan.longestWork(route) * coldFactor)
          : 500;
      int requests = (int) Math.min(draw.logUniform(5, 500), Math.min(most, MOST_OPEN - open));
      long at = Span.nanos(draw.between(15, end - 10));
      if (requests > 0) {
        open += requests;
        long over = draw.is(.5) ? 0 : Span.nanos(draw.logUniform(.005, .5));
        drawn.bunch(new Bunch(at, over, route, requests, draw.is(.3)));
      }
    }
  }

  /** Adds long polls, slow clients or uploads. */
  private void addLoop(ScenarioBuilder drawn, List<RouteBuilder> routes) {
    int requests = (int) Math.min(draw.logUniform(10, 400), MOST_OPEN - open);
    if (!draw.is(.3) || requests < 1) {
      return;
    }
    double millis = draw.logUniform(1000, 30_000);
    ServiceTime time = draw.is(.5) ? Times.constant(millis) : Times.exponential(millis);
    routes.add(RouteBuilder.route(0).waits(time));
    drawn.loop(new Loop(
        routes.size() - 1,
        requests,
        draw.is(.5),
        Span.seconds(draw.between(5, end / 2), end),
        draw.is(.5) ? 0 : Span.nanos(draw.between(1, 10)),
        draw.is(.7) ? 0 : Span.nanos(draw.between(.1, 2)),
        Span.nanos(draw.between(.1, 2))));
  }
}
