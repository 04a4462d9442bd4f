package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.HarmlessScenarios.harmless;
import static dev.flowshield.checks.overload.scenario.RouteBuilder.route;
import static dev.flowshield.checks.overload.scenario.Times.constant;
import static dev.flowshield.checks.overload.scenario.Times.exponential;
import static dev.flowshield.checks.overload.scenario.Times.lognormal;

import java.util.List;

/** Scenarios in which the rates of routes change, and backends have no limits. */
final class HarmlessRoutes {

  private HarmlessRoutes() {}

  static List<ScenarioBuilder> all() {
    return List.of(
        // A slow route begins, with a small share of all requests and with half of them.
        harmless("N32", 180)
            .route(route(200).waits(exponential(5)))
            .route(route(0).waits(exponential(5000)).rateFrom(60, 2)),
        harmless("N33", 180)
            .route(route(100).waits(exponential(5)))
            .route(route(0).waits(exponential(2000)).rateFrom(60, 100)),
        // From fast to slow.
        harmless("N34", 180)
            .route(route(190).waits(exponential(5)).rateFrom(60, 60))
            .route(route(10).waits(exponential(300)).rateFrom(60, 140)),
        harmless("N35", 240)
            .route(route(100).waits(exponential(5)).waitsFrom(60, exponential(50)))
            .route(route(50).waits(lognormal(50)).waitsRamp(90, 120, lognormal(500)))
            .route(route(20).waits(constant(300)).waitsFrom(120, constant(3000)).rateFrom(150, 5)),
        // Language models, alone and beside a fast route.
        harmless("N36", 300).route(route(5).waits(lognormal(10_000, .5))),
        harmless("N37", 300)
            .route(route(200).waits(exponential(2)))
            .route(route(1).waits(lognormal(10_000, .5)).rateFrom(60, 10)),
        // After a quiet night.
        harmless("N38", 240).route(route(1).waits(exponential(100)).rateFrom(120, 300)),
        harmless("N39", 240).route(route(1).waits(exponential(100)).rateRamp(120, 180, 600)),
        // Probes, then a deployment that takes all traffic at once.
        harmless("N40", 180)
            .route(route(1).waits(constant(1)))
            .route(route(0).waits(lognormal(150)).rateFrom(60, 800)));
  }
}
