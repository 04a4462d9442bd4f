package dev.flowshield.checks.overload.simulation;

import static dev.flowshield.checks.overload.scenario.RouteBuilder.route;
import static dev.flowshield.checks.overload.scenario.ScenarioBuilder.scenario;
import static dev.flowshield.checks.overload.scenario.Span.MILLISECOND;
import static dev.flowshield.checks.overload.scenario.Span.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.scenario.RouteBuilder;
import dev.flowshield.checks.overload.scenario.ServiceTime;
import dev.flowshield.checks.overload.scenario.ServiceTime.Constant;
import dev.flowshield.engine.overload.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests of the backends of routes, through a protection. */
class BackendsTest {

  private static final ServiceTime TEN_MILLIS = new Constant(10 * MILLISECOND);
  private static final ServiceTime SECOND_LONG = new Constant(SECOND);

  private final Spy all = Spy.admittingAll();

  private Result run(RouteBuilder route) {
    return new Simulation(
            scenario("backend")
                .workers(1000)
                .base(0)
                .deadline(30_000)
                .overloaded(0, 20)
                .end(20)
                .route(route)
                .build(),
            1)
        .run(all);
  }

  /** Returns the latencies of the requests that were admitted in a time. */
  private List<Long> latencies(double from, double to) {
    return all.exits.stream()
        .filter(exit -> exit.at() - all.latency(exit) >= from * SECOND)
        .filter(exit -> exit.at() - all.latency(exit) < to * SECOND)
        .map(all::latency)
        .toList();
  }

  @Test
  void haveNoQueue() {
    run(route(1000).waits(SECOND_LONG));

    assertThat(all.mostInFlight).isBetween(900, 1150);
    assertThat(all.exits).map(all::latency).allMatch(latency -> latency == SECOND);
  }

  @Test
  void getSlowerAtOnce() {
    run(route(100).waits(TEN_MILLIS).waitsFrom(10, SECOND_LONG));

    assertThat(latencies(0, 10)).isNotEmpty().allMatch(latency -> latency == 10 * MILLISECOND);
    assertThat(latencies(10, 20)).isNotEmpty().allMatch(latency -> latency == SECOND);
  }

  @Test
  void getSlowerByTheSameFactorInTheSameTime() {
    run(route(100).waits(TEN_MILLIS).waitsRamp(4, 12, SECOND_LONG));

    assertThat(latencies(0, 4)).isNotEmpty().allMatch(latency -> latency == 10 * MILLISECOND);
    assertThat(latencies(8, 8.1))
        .isNotEmpty()
        .allMatch(latency -> 95 * MILLISECOND < latency && latency < 105 * MILLISECOND);
    assertThat(latencies(12, 20)).isNotEmpty().allMatch(latency -> latency == SECOND);
  }

  @Test
  void comeBeforeTheWork() {
    run(route(100).waits(TEN_MILLIS).works(new Constant(5 * MILLISECOND)));

    assertThat(all.exits)
        .isNotEmpty()
        .map(all::latency)
        .allMatch(latency -> latency == 15 * MILLISECOND);
  }

  @Test
  void areFastAndSlowAsTheirDistributionSaysAndSoIsTheWork() {
    ServiceTime twoKinds = new ServiceTime.Bimodal(10 * MILLISECOND, 60 * MILLISECOND, .2);

    run(route(100).waits(twoKinds).works(twoKinds));

    List<Long> latencies = all.exits.stream().map(all::latency).toList();
    assertThat(latencies)
        .containsOnly(20 * MILLISECOND, 70 * MILLISECOND, 120 * MILLISECOND)
        .filteredOn(latency -> latency == 20 * MILLISECOND)
        .hasSizeBetween((int) (.6 * latencies.size()), (int) (.68 * latencies.size()));
  }

  @Test
  void answerAllAtOnceWhenTheyAreAliveAgain() {
    run(route(100).waits(TEN_MILLIS).dead(5, 10));

    assertThat(all.exitsBetween(5 * SECOND, 10 * SECOND)).isZero();
    assertThat(all.exits).filteredOn(exit -> exit.at() == 10 * SECOND).hasSizeBetween(430, 570);
    assertThat(all.exits).allMatch(exit -> exit.outcome() == Outcome.SUCCESS);
  }

  @Test
  void failAtTheTimeout() {
    Result result = run(route(100).waits(TEN_MILLIS).dead(5, 10).timeout(1));

    List<Spy.Left> failed =
        all.exits.stream().filter(exit -> exit.outcome() == Outcome.FAILED).toList();
    assertThat(failed).hasSizeBetween(330, 470);
    assertThat(failed).map(all::latency).allMatch(latency -> latency == SECOND);
    assertThat(result.totals().ended()).isEqualTo(all.exits.size() - failed.size());
  }

  @Test
  void failAtOnce() {
    run(route(100).waits(SECOND_LONG).failing(5, 10));

    assertThat(latencies(5, 10)).isNotEmpty().allMatch(latency -> latency == MILLISECOND / 5);
    assertThat(all.exits)
        .filteredOn(exit -> exit.outcome() == Outcome.FAILED)
        .hasSameSizeAs(latencies(5, 10));
  }

  @Test
  void saysNothingWhereTheClientsLeave() {
    run(route(100).waits(TEN_MILLIS).aborted());

    assertThat(all.exits).isNotEmpty().allMatch(exit -> exit.outcome() == Outcome.IGNORED);
  }
}
