package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.HarmlessScenarios.harmless;
import static dev.flowshield.checks.overload.scenario.RouteBuilder.route;
import static dev.flowshield.checks.overload.scenario.Times.constant;
import static dev.flowshield.checks.overload.scenario.Times.exponential;
import static dev.flowshield.checks.overload.scenario.Times.lognormal;

import java.util.List;

/** Scenarios in which a backend without a limit gets slower, or fails. */
final class HarmlessLatencies {

  private HarmlessLatencies() {}

  static List<ScenarioBuilder> all() {
    return List.of(
        one("N15", route(200).waits(exponential(20)).waitsFrom(60, exponential(40))),
        one("N16", route(50).waits(constant(10)).waitsFrom(60, constant(100))),
        one("N17", route(20).waits(lognormal(10)).waitsFrom(60, lognormal(1000))),
        one("N18", route(20).waits(exponential(2)).waitsFrom(60, exponential(2000))),
        one("N19", route(300).waits(exponential(10)).waitsRamp(60, 70, exponential(100))),
        one("N20", route(50).waits(constant(10)).waitsRamp(60, 120, constant(1000))),
        one("N21", route(20).waits(lognormal(2)).waitsRamp(60, 70, lognormal(2000))),
        one("N22", route(2000).waits(exponential(2)).waitsFrom(60, exponential(100))),
        // The cache is empty for half a minute.
        one(
            "N23",
            route(400)
                .waits(lognormal(10))
                .waitsFrom(60, lognormal(50))
                .waitsFrom(90, lognormal(10))),
        // A drift over ten minutes.
        harmless("N24", 720)
            .route(route(100).waits(exponential(10)).waitsRamp(60, 660, exponential(200))),
        // Alternately slow and fast.
        one(
            "N25",
            route(100)
                .waits(exponential(5))
                .waitsFrom(40, exponential(500))
                .waitsFrom(80, exponential(5))
                .waitsFrom(120, exponential(1000))
                .waitsFrom(160, exponential(5))),
        withDead("N26", route(30).waits(exponential(50)).dead(60, 70)),
        withDead("N27", route(30).waits(exponential(50)).dead(60, 70).timeout(1)),
        withDead("N28", route(8).waits(exponential(50)).dead(60, 100).timeout(30)),
        withDead("N29", route(100).waits(exponential(50)).failing(60, 120)),
        // No request is rejected, so no client retries.
        one("N30", route(200).waits(exponential(5)).waitsFrom(60, exponential(200)))
            .retries(3),
        one("N31", route(200).waits(lognormal(30))).randomPauses());
  }

  private static ScenarioBuilder one(String name, RouteBuilder route) {
    return harmless(name, 180).route(route);
  }

  /** Creates three routes, of which the first has a failing backend. */
  private static ScenarioBuilder withDead(String name, RouteBuilder dead) {
    return harmless(name, 180)
        .route(dead)
        .route(route(100).waits(exponential(5)))
        .route(route(20).waits(exponential(200)));
  }
}
