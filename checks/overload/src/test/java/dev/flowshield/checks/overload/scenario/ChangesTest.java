package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.RouteBuilder.route;
import static dev.flowshield.checks.overload.scenario.ScenarioBuilder.scenario;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChangesTest {

  private static List<Double> changes(ScenarioBuilder declared) {
    return declared.build().changes().stream()
        .map(instant -> (double) instant / Span.SECOND)
        .toList();
  }

  @Test
  void areThoseOfTheServerAndTheLoad() {
    assertThat(changes(scenario("server")
            .workersFrom(30, 4)
            .serviceFrom(25, Times.constant(3))
            .loadFrom(10, .3)
            .pause(5, 5.5)
            .hang(40, 41)
            .failFast(50, 51)))
        .containsExactly(0., 5., 5.5, 10., 25., 30., 40., 41., 50., 51.);
  }

  @Test
  void areThoseOfRoutesBunchesAndLoops() {
    assertThat(changes(scenario("routes")
            .route(route(1)
                .rateFrom(10, 2)
                .waits(Times.constant(1))
                .waitsFrom(11, Times.constant(2))
                .works(Times.constant(1))
                .worksFrom(12, Times.constant(2))
                .dead(13, 14)
                .failing(15, 16))
            .bunch(20, 0, 5)
            .loop(new Loop(0, 1, true, Span.seconds(30, 40), 0, 0, 0))))
        .containsExactly(0., 10., 11., 12., 13., 14., 15., 16., 20., 30., 40.);
  }

  @Test
  void areEachSecondWhereALoadRises() {
    assertThat(changes(scenario("ramp").ramp(10, 13, .9))).containsExactly(0., 10., 11., 12., 13.);
  }
}
