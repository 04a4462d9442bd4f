package dev.flowshield.checks.overload.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Scenarios;
import dev.flowshield.checks.overload.scenario.SharingScenarios;
import dev.flowshield.checks.overload.simulation.Simulation;
import dev.flowshield.engine.overload.InFlight;
import org.junit.jupiter.api.Test;

/** Tests of the adapters of libraries. */
class ContendersTest {

  private static Result run(String scenario, String contender) {
    Simulation simulation = new Simulation(Scenarios.named(scenario), 1);
    return simulation.run(Contenders.all().stream()
        .filter(one -> one.name().equals(contender))
        .findFirst()
        .orElseThrow()
        .create()
        .apply(simulation.scenario()));
  }

  @Test
  void aBulkheadIsAFixedCap() {
    assertThat(run("S2", "bulkhead-oracle")).isEqualTo(run("S2", "fixed-oracle"));
  }

  @Test
  void theOracleKnowsHowManyRequestsAreOnTheWay() {
    assertThat(Contenders.oracle(Scenarios.named("S2"))).isEqualTo(12);
    assertThat(Contenders.oracle(Scenarios.named("S7"))).isEqualTo(120);
  }

  @Test
  void gradient2FindsItsLimitOnTheVirtualClock() {
    Result result = run("S2", "gradient2");

    assertThat(result.goodput()).isCloseTo(1, within(.05));
    assertThat(result.p99Ratio()).isBetween(1.1, 1.6);
    assertThat(result.largestLimit()).isBetween(20., 40.);
  }

  @Test
  void gradient2IsTooSlowForAStepWithinCapacity() {
    assertThat(run("S20", "gradient2").goodput()).isBetween(.01, .2);
  }

  @Test
  void vegasCollapsesWhereOneRequestIsFastByLuck() {
    Result result = run("S6", "vegas");

    assertThat(result.goodput()).isLessThan(.3);
    assertThat(result.falseRejections()).isGreaterThan(.5);
  }

  @Test
  void partitionsServeMoreOfTheCriticalClass() {
    double alike = run("P1", "gradient2").topRejected();
    double partitioned = run("P1", "gradient2-classes").topRejected();

    assertThat(alike).isGreaterThan(.8);
    assertThat(partitioned).isLessThan(.3);
  }

  @Test
  void aimdHoldsTheLatencyAtItsTimeout() {
    Result result = run("S2", "aimd-tuned");

    assertThat(result.p50()).isCloseTo(500, within(150.));
  }

  @Test
  void theBestFixedCapIsTheLeastThatIsAsGoodAsAny() {
    int best = BestFixed.of(Scenarios.named("S8"));

    // With a third more than eight workers can do, some requests must wait, or random gaps leave
    // workers idle.
    assertThat(best).isBetween(16, 48);
    assertThat(goodput(best)).isGreaterThan(goodput(8) + .05).isGreaterThan(.97);
    assertThat(goodput(4 * best)).isCloseTo(goodput(best), within(.02));
  }

  private static double goodput(int limit) {
    return new Simulation(Scenarios.named("S8"), 1)
        .run(new GateProtection(new InFlight(limit, false)))
        .goodput();
  }

  @Test
  void theOracleKnowsWhatWaitsBesideTheMainTraffic() {
    Scenario beside = SharingScenarios.all().stream()
        .filter(scenario -> scenario.name().equals("C22"))
        .findFirst()
        .orElseThrow();

    // 1.5 times eight workers, and 800 requests a second that wait for 100 ms.
    assertThat(Contenders.oracle(beside)).isEqualTo((8 + 80) * 3 / 2);
  }
}
