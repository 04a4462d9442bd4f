package dev.flowshield.checks.overload.simulation;

import static dev.flowshield.checks.overload.scenario.RouteBuilder.route;
import static dev.flowshield.checks.overload.scenario.ScenarioBuilder.scenario;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.checks.overload.measure.Totals;
import dev.flowshield.checks.overload.peers.Unprotected;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.ScenarioBuilder;
import dev.flowshield.checks.overload.scenario.ServiceTime;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * Compares mean waits in the queue, in units of the mean work, with the formulas of queueing
 * theory.
 */
class QueueFormulasTest {

  private static final double MEAN = 1_000_000;
  private static final double LOAD = .7;
  private static final double SECONDS = 1000;
  private static final Offset<Double> THREE_PERCENT = within(.03);

  @Test
  void exponentialWorkWaitsAsInMm1() {
    double wait = LOAD / (1 - LOAD);

    assertThat(meanWait(1, new ServiceTime.Exponential(MEAN)) / wait).isEqualTo(1, THREE_PERCENT);
  }

  @Test
  void constantWorkWaitsAsInMd1() {
    double wait = LOAD / (2 * (1 - LOAD));

    assertThat(meanWait(1, new ServiceTime.Constant(MEAN)) / wait).isEqualTo(1, THREE_PERCENT);
  }

  @Test
  void workOfTwoKindsWaitsAsInMg1() {
    double secondMoment = .9 * .5 * .5 + .1 * 5.5 * 5.5;
    double wait = LOAD * secondMoment / (2 * (1 - LOAD));

    assertThat(meanWait(1, new ServiceTime.Bimodal(.5 * MEAN, 5.5 * MEAN, .1)) / wait)
        .isEqualTo(1, THREE_PERCENT);
  }

  @Test
  void lognormalWorkWaitsAsInMg1() {
    double secondMoment = Math.exp(.8 * .8);
    double wait = LOAD * secondMoment / (2 * (1 - LOAD));

    assertThat(meanWait(1, new ServiceTime.Lognormal(MEAN, .8)) / wait).isEqualTo(1, THREE_PERCENT);
  }

  @Test
  void severalWorkersShareAQueueAsInMmc() {
    int workers = 8;
    double wait = erlangC(workers, workers * LOAD) / (workers * (1 - LOAD));

    assertThat(meanWait(workers, new ServiceTime.Exponential(MEAN)) / wait)
        .isEqualTo(1, THREE_PERCENT);
  }

  @Test
  void aDelayComesBeforeTheWaitAndDoesNotChangeIt() {
    ScenarioBuilder delayed = steady(1, new ServiceTime.Exponential(MEAN)).io(20);

    assertThat((totals(delayed).meanLatency() / MEAN - 21) / (LOAD / (1 - LOAD)))
        .isEqualTo(1, THREE_PERCENT);
  }

  @Test
  void workThatSharesAProcessorTakesAsLongWhateverItsDistribution() {
    // M/G/1-PS: 1 / (1 - load)
    List<ServiceTime> distributions = List.of(
        new ServiceTime.Constant(MEAN),
        new ServiceTime.Exponential(MEAN),
        new ServiceTime.Bimodal(.5 * MEAN, 5.5 * MEAN, .1),
        new ServiceTime.Lognormal(MEAN, .8));

    assertThat(distributions)
        .allSatisfy(distribution -> assertThat(
                totals(steady(1, distribution).shared()).meanLatency() / MEAN * (1 - LOAD))
            .isEqualTo(1, THREE_PERCENT));
  }

  @Test
  void workThatSharesSeveralProcessorsTakesAsLongAsInMmc() {
    int processors = 8;
    double time = 1 + erlangC(processors, processors * LOAD) / (processors * (1 - LOAD));

    Totals totals = totals(steady(processors, new ServiceTime.Exponential(MEAN)).shared());

    assertThat(totals.meanLatency() / MEAN / time).isEqualTo(1, THREE_PERCENT);
  }

  @Test
  void asManyWaitWithoutLimitAsComeInTheTimeOfOne() {
    // M/G/infinity: rate times mean, for any distribution
    Scenario scenario = scenario("unlimited")
        .base(0)
        .overloaded(0, 1)
        .end(SECONDS)
        .deadline(60_000)
        .route(route(100).waits(new ServiceTime.Lognormal(300 * MEAN, 1)))
        .build();

    Totals totals = new Simulation(scenario, 20261126).run(new Unprotected()).totals();

    assertThat(totals.serverArea() / scenario.end() / 30).isEqualTo(1, THREE_PERCENT);
    assertThat(totals.meanLatency() / MEAN / 300).isEqualTo(1, THREE_PERCENT);
  }

  private static double meanWait(int workers, ServiceTime service) {
    return totals(steady(workers, service)).meanLatency() / MEAN - 1;
  }

  private static ScenarioBuilder steady(int workers, ServiceTime service) {
    return scenario("steady")
        .workers(workers)
        .service(service)
        .base(LOAD)
        .overloaded(0, 1)
        .end(SECONDS);
  }

  private static Totals totals(ScenarioBuilder declared) {
    Scenario scenario = declared.build();
    return new Simulation(scenario, 20261126).run(new Unprotected()).totals();
  }

  /** Returns the probability that a request must wait, computed from Erlang's loss formula. */
  private static double erlangC(int workers, double offered) {
    double blocking = 1;
    for (int i = 1; i <= workers; i++) {
      blocking = offered * blocking / (i + offered * blocking);
    }
    return blocking / (1 - offered / workers * (1 - blocking));
  }
}
