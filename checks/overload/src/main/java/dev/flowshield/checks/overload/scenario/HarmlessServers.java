package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.HarmlessScenarios.harmless;
import static dev.flowshield.checks.overload.scenario.RouteBuilder.route;
import static dev.flowshield.checks.overload.scenario.Times.bimodal;
import static dev.flowshield.checks.overload.scenario.Times.constant;
import static dev.flowshield.checks.overload.scenario.Times.exponential;
import static dev.flowshield.checks.overload.scenario.Times.lognormal;

import java.util.List;
import java.util.stream.Stream;

/**
 * Scenarios in which workers or processors are at most 80 % busy, according to their loads. Most
 * begin with a load of 5 % and jump to their full load.
 */
final class HarmlessServers {

  private HarmlessServers() {}

  static List<ScenarioBuilder> all() {
    return Stream.of(workers(), processors(), cold(), others())
        .flatMap(List::stream)
        .toList();
  }

  private static List<ScenarioBuilder> workers() {
    return List.of(
        busy("N52", 2, constant(10), .3),
        busy("N53", 2, exponential(10), .3),
        busy("N54", 2, bimodal(10), .3),
        busy("N55", 2, lognormal(10), .3),
        busy("N56", 8, constant(10), .6),
        busy("N57", 8, exponential(10), .6),
        busy("N58", 8, bimodal(10), .6),
        busy("N59", 8, lognormal(10), .6),
        busy("N60", 32, constant(50), .8),
        busy("N61", 32, exponential(50), .8),
        busy("N62", 32, bimodal(50), .8),
        busy("N63", 32, lognormal(50), .8));
  }

  private static List<ScenarioBuilder> processors() {
    return List.of(
        busy("N64", 1, constant(8), .3).shared(),
        busy("N65", 1, exponential(8), .6).shared(),
        busy("N66", 1, bimodal(8), .8).shared(),
        busy("N67", 2, exponential(5), .3).shared(),
        busy("N68", 2, lognormal(5), .6).shared(),
        busy("N69", 2, constant(5), .8).shared(),
        busy("N70", 8, lognormal(10), .3).shared(),
        busy("N71", 8, bimodal(10), .6).shared(),
        busy("N72", 8, exponential(10), .8).shared().io(50));
  }

  /** Creates loads of 50 to 70 % of the capacity while code is cold. */
  private static List<ScenarioBuilder> cold() {
    return List.of(
        harmless("N73", 120)
            .service(exponential(10))
            .shared()
            .warmUp(5, 5)
            .base(.5 / 5)
            .ramp(20, 60, .5),
        harmless("N74", 120)
            .workers(2)
            .service(lognormal(5, 1))
            .shared()
            .warmUp(10, 3)
            .base(.5 / 10)
            .ramp(20, 60, .5),
        // A deployment: only probes, then all traffic at once.
        harmless("N75", 120)
            .service(exponential(5))
            .shared()
            .warmUp(8, 10)
            .base(0)
            .route(route(1).waits(constant(1)))
            .loadFrom(5, .7 / 8)
            .ramp(40, 80, .7));
  }

  private static List<ScenarioBuilder> others() {
    return List.of(
        // A bunch is processed in 0.2 s.
        busy("N76", 8, exponential(10), .3)
            .route(route(0).works(exponential(10)))
            .bunch(60, 0, 100),
        busy("N77", 8, exponential(10), .3)
            .shared()
            .route(route(0).works(exponential(10)))
            .bunch(60, 0, 100),
        busy("N78", 8, exponential(10), .6).shared().randomPauses(),
        mix("N79", .8),
        mix("N80", .6).shared(),
        // The backend before the work gets slower.
        harmless("N81", 180)
            .workers(4)
            .shared()
            .route(route(500)
                .works(exponential(4))
                .waits(exponential(20))
                .waitsFrom(60, exponential(500))),
        // Many requests that only wait, all within a tenth of a second, beside work that computes.
        waitingBunch("N82", .1),
        waitingBunch("N83", .3),
        waitingBunch("N84", .45));
  }

  private static ScenarioBuilder waitingBunch(String name, double load) {
    return harmless(name, 120)
        .workers(2)
        .shared()
        .route(route(load * 2 / .01).works(constant(10)))
        .route(route(1).waits(exponential(300)))
        .bunch(60, .1, 1, 300);
  }

  private static ScenarioBuilder busy(String name, int workers, ServiceTime work, double load) {
    return harmless(name, 120).workers(workers).service(work).base(.05).loadFrom(30, load);
  }

  /** Creates a change from fast work to slow work at the same load. */
  private static ScenarioBuilder mix(String name, double load) {
    double capacity = 16;
    return harmless(name, 120)
        .workers((int) capacity)
        .route(route(load * .9 * capacity / .002)
            .works(exponential(2))
            .rateFrom(60, load * .1 * capacity / .002))
        .route(route(load * .1 * capacity / .05)
            .works(exponential(50))
            .rateFrom(60, load * .9 * capacity / .05));
  }
}
