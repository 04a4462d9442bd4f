package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.RouteBuilder.route;
import static dev.flowshield.checks.overload.scenario.ScenarioBuilder.scenario;
import static dev.flowshield.checks.overload.scenario.Times.constant;
import static dev.flowshield.checks.overload.scenario.Times.exponential;
import static dev.flowshield.checks.overload.scenario.Times.lognormal;

import java.util.List;
import java.util.stream.Stream;

/**
 * Written scenarios, named C: overload of processors that all work shares, with warm and cold code,
 * and of one route among several.
 */
public final class SharingScenarios {

  private static final double USUAL_COST = .005;

  private SharingScenarios() {}

  /** Returns all scenarios. */
  public static List<Scenario> all() {
    return Stream.of(warm(), cold(), mixed())
        .flatMap(List::stream)
        .map(ScenarioBuilder::build)
        .toList();
  }

  private static ScenarioBuilder sharing(String name, int processors, ServiceTime work) {
    return scenario(name).workers(processors).shared().service(work).rejectionCost(USUAL_COST);
  }

  /** Creates spikes after a quiet time. */
  private static List<ScenarioBuilder> warm() {
    return List.of(
        sharing("C1", 1, constant(8)).rejectionCost(.01).overload(10),
        sharing("C2", 2, exponential(10)).overload(10),
        sharing("C3", 8, lognormal(10)).overload(10),
        sharing("C4", 1, exponential(8)).overload(3),
        sharing("C5", 2, lognormal(10)).overload(3),
        sharing("C6", 8, constant(10)).overload(3),
        sharing("C7", 1, lognormal(8)).overload(1.3),
        sharing("C8", 2, constant(10)).overload(1.3),
        sharing("C9", 8, exponential(10)).overload(1.3),
        sharing("C10", 8, constant(2)).overload(10),
        sharing("C11", 2, exponential(10)).io(90).overload(10).deadline(1000),
        sharing("C12", 8, lognormal(10)).io(50).overload(3).deadline(1000),
        // The second of two spikes.
        sharing("C13", 2, exponential(10))
            .overload(10)
            .overload(50, 70, 10)
            .overloaded(20, 70)
            .measured(50, 70)
            .end(90),
        sharing("C14", 8, exponential(10)).overload(3).retries(3));
  }

  /** Creates spikes from the beginning, or after three seconds. */
  private static List<ScenarioBuilder> cold() {
    return List.of(
        cold("C15", 1, constant(8), 5).coldStart(10).overloaded(0, 20).loadFrom(20, .5),
        cold("C16", 2, exponential(10), 10).coldStart(3).overloaded(0, 20).loadFrom(20, .5),
        cold("C17", 8, lognormal(10), 5).coldStart(1.3).overloaded(0, 20).loadFrom(20, .5),
        cold("C18", 1, exponential(8), 10).overload(3, 23, 10).measured(0, 23),
        cold("C19", 2, lognormal(10), 5).overload(3, 23, 3).measured(0, 23),
        cold("C20", 8, constant(10), 5).overload(3, 23, 10).measured(0, 23),
        cold("C21", 2, exponential(10), 5).io(50).overload(3, 23, 3).measured(0, 23));
  }

  private static ScenarioBuilder cold(
      String name, int processors, ServiceTime work, double factor) {
    return sharing(name, processors, work).warmUp(factor, 3).deadline(1000).end(43);
  }

  /** Creates an overload of one route beside another without a limit, or beside slower work. */
  private static List<ScenarioBuilder> mixed() {
    return List.of(
        // The routes beside the main traffic only wait.
        scenario("C22").overload(5).deadline(1000).route(route(800).waits(lognormal(100, .5))),
        scenario("C23")
            .workers(2)
            .overload(10)
            .route(route(200).waits(exponential(5)))
            .route(route(10).waits(exponential(3000)).deadline(20_000)),
        sharing("C24", 4, exponential(10))
            .overload(5)
            .deadline(1000)
            .route(route(400).waits(lognormal(100, .5))),
        // Fast work beside slow work at the same processors or workers.
        sharing("C25", 8, exponential(10)).base(.1).overload(.2).deadline(1000).route(spike(8)),
        scenario("C26").base(.1).overload(.2).deadline(1000).route(spike(8)));
  }

  /** Creates a spike of fast work: three times the capacity. */
  private static RouteBuilder spike(int processors) {
    double all = processors / .002;
    return route(.2 * all).works(exponential(2)).rateFrom(20, 3 * all).rateFrom(40, .2 * all);
  }
}
