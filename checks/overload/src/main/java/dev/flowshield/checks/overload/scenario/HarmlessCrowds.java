package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.HarmlessReports.polls;
import static dev.flowshield.checks.overload.scenario.HarmlessScenarios.harmless;
import static dev.flowshield.checks.overload.scenario.RouteBuilder.route;
import static dev.flowshield.checks.overload.scenario.Times.constant;
import static dev.flowshield.checks.overload.scenario.Times.exponential;
import static dev.flowshield.checks.overload.scenario.Times.lognormal;

import java.util.List;

/** Scenarios with many simultaneous or long requests, and backends without limits. */
final class HarmlessCrowds {

  private HarmlessCrowds() {}

  static List<ScenarioBuilder> all() {
    return List.of(
        afterQuiet("N41", exponential(100)).bunch(120, 0, 20),
        afterQuiet("N42", constant(50)).bunch(120, 0, 50),
        afterQuiet("N43", exponential(1000)).bunch(120, 0, 100),
        afterQuiet("N44", lognormal(200)).bunch(120, 0, 200),
        afterQuiet("N45", exponential(200)).bunch(120, 0, 500),
        afterQuiet("N46", constant(300)).bunch(new Bunch(Span.nanos(120), 0, 0, 100, true)),
        eachMinute(),
        polling("N48", constant(30_000), polls(100, 30, 240)),
        polling("N49", exponential(10_000), polls(800, 30, 240)),
        // Uploads of one client.
        polling(
            "N50",
            exponential(5000),
            new Loop(1, 100, true, Span.seconds(60, 240), 0, 0, 2 * Span.SECOND)),
        // Only five health probes, then a slow route.
        harmless("N51", 240)
            .route(route(0).waits(exponential(400)).rateFrom(120, 100))
            .route(route(0).waits(constant(2)))
            .loop(new Loop(
                1, 5, false, Span.seconds(0, 240), Span.SECOND, Span.SECOND, Span.SECOND)));
  }

  private static ScenarioBuilder afterQuiet(String name, ServiceTime time) {
    return harmless(name, 180).route(route(1).waits(time));
  }

  private static ScenarioBuilder eachMinute() {
    ScenarioBuilder cron = harmless("N47", 600)
        .route(route(50).waits(exponential(20)))
        .route(route(0).waits(exponential(500)));
    for (int instant = 60; instant < 600; instant += 60) {
      cron.bunch(instant, 1, 100);
    }
    return cron;
  }

  private static ScenarioBuilder polling(String name, ServiceTime time, Loop loop) {
    return harmless(name, 240)
        .route(route(50).waits(exponential(20)))
        .route(route(0).waits(time))
        .loop(loop);
  }
}
