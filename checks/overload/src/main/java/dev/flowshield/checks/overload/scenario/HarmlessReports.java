package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.HarmlessScenarios.harmless;
import static dev.flowshield.checks.overload.scenario.RouteBuilder.route;
import static dev.flowshield.checks.overload.scenario.Times.bimodal;
import static dev.flowshield.checks.overload.scenario.Times.constant;
import static dev.flowshield.checks.overload.scenario.Times.exponential;

import java.util.List;

/** Scenarios in which protections were observed to reject most requests. */
final class HarmlessReports {

  private static final double SITE = 18; // requests per second of a quiet site
  private static final double SITE_MILLIS = 1.6;

  private HarmlessReports() {}

  static List<ScenarioBuilder> all() {
    return List.of(
        // A backend takes two seconds.
        harmless("N01", 600)
            .route(route(100).waits(exponential(5)).waitsFrom(60, exponential(2000))),
        // Health probes, then a language model.
        harmless("N02", 600)
            .route(route(20).waits(constant(2)).rateFrom(60, 0))
            .route(route(0).waits(exponential(3000)).rateFrom(60, 10)),
        // A slow route begins beside a fast one.
        harmless("N03", 600)
            .route(route(10).waits(exponential(5)))
            .route(route(0).waits(exponential(3000)).rateFrom(60, 10)),
        harmless("N04", 180)
            .route(route(100).waits(exponential(5)).waitsFrom(60, exponential(500))),
        // Only probes until a deployment is ready.
        harmless("N05", 120)
            .route(route(20).waits(constant(2)))
            .route(route(0).waits(exponential(200)).rateFrom(60, 500)),
        // 72 of 200 threads.
        harmless("N06", 180)
            .container(200)
            .route(route(100).waits(exponential(5)))
            .route(route(60).waits(exponential(300)).waitsFrom(60, exponential(1200))),
        mixAtAThird(),
        onceInFiveMinutes(),
        harmless("N09", 300)
            .route(route(10).waits(exponential(20)))
            .route(route(0).waits(constant(25_000)))
            .loop(polls(400, 60, 300)),
        held("N10", 30),
        held("N11", 100),
        held("N12", 400),
        // Phones on a slow uplink.
        site("N13")
            .route(route(0).waits(exponential(20_000)))
            .loop(new Loop(1, 30, false, Span.seconds(60, 300), Span.nanos(10), 0, Span.SECOND)),
        // Downloads whose clients leave.
        harmless("N14", 300)
            .route(route(10).waits(exponential(20)))
            .route(route(0).waits(exponential(2000)).aborted().rateFrom(60, 30)));
  }

  /** Creates M1 at a third of its load: the share of slow requests grows. */
  private static ScenarioBuilder mixAtAThird() {
    double slower = bimodal(10, .1).mean() / bimodal(10, .5).mean();
    return harmless("N07", 120)
        .service(bimodal(10, .1))
        .serviceFrom(40, bimodal(10, .5))
        .base(.3)
        .loadFrom(40, .3 * slower);
  }

  private static ScenarioBuilder onceInFiveMinutes() {
    ScenarioBuilder quiet = harmless("N08", 3310).route(route(10).waits(exponential(100)));
    for (int instant = 300; instant < 3310; instant += 300) {
      quiet.bunch(instant, 0, 50);
    }
    return quiet;
  }

  static Loop polls(int count, double from, double to) {
    return new Loop(1, count, false, Span.seconds(from, to), 0, 0, Span.SECOND);
  }

  private static ScenarioBuilder site(String name) {
    return harmless(name, 300).route(route(SITE).waits(exponential(SITE_MILLIS)));
  }

  /** Creates a client that holds requests, because it sends a byte per second or does not read. */
  private static ScenarioBuilder held(String name, int count) {
    return site(name)
        .route(route(0).waits(constant(60_000)))
        .loop(new Loop(1, count, true, Span.seconds(60, 300), Span.SECOND, 0, Span.SECOND));
  }
}
