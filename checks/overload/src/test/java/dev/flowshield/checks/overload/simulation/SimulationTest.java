package dev.flowshield.checks.overload.simulation;

import static dev.flowshield.checks.overload.scenario.ScenarioBuilder.scenario;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.peers.Contenders;
import dev.flowshield.checks.overload.peers.GateProtection;
import dev.flowshield.checks.overload.peers.Unprotected;
import dev.flowshield.checks.overload.scenario.HarmlessScenarios;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Scenarios;
import dev.flowshield.checks.overload.scenario.ServiceTime;
import dev.flowshield.checks.overload.scenario.SharingScenarios;
import dev.flowshield.engine.overload.InFlight;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests of the whole simulation: it is reliable, and distinguishes good protections from bad ones.
 */
class SimulationTest {

  private static final long SEED = 20261126;

  @Test
  void withoutProtectionTenfoldOverloadCollapses() {
    Result result = new Simulation(Scenarios.named("S2"), SEED).run(new Unprotected());

    assertThat(result.goodput()).isLessThan(.1);
    assertThat(result.p99Ratio()).isGreaterThan(100);
    assertThat(result.goodAfter()).isLessThan(.1);
    assertThat(result.convergence()).isInfinite();
    assertThat(result.recovery()).isInfinite();
  }

  @Test
  void aCapThatKnowsTheServerHoldsTenfoldOverload() {
    Result result = new Simulation(Scenarios.named("S2"), SEED).run(oracle("S2"));

    assertThat(result.goodput()).isGreaterThan(.95);
    assertThat(result.p99Ratio()).isLessThan(1.7);
    assertThat(result.goodAfter()).isGreaterThan(.99);
    assertThat(result.convergence()).isLessThan(.5);
    assertThat(result.recovery()).isLessThan(1);
  }

  @Test
  void theSameSeedHasTheSameResult() {
    Simulation simulation = new Simulation(Scenarios.named("S13"), SEED);

    Result first = simulation.run(oracle("S13"));

    assertThat(simulation.run(oracle("S13"))).isEqualTo(first);
    assertThat(new Simulation(Scenarios.named("S13"), SEED).run(oracle("S13"))).isEqualTo(first);
  }

  @Test
  void theSameSeedHasTheSameResultOfSharedProcessorsAndRoutes() {
    for (Scenario scenario : Stream.concat(
            SharingScenarios.all().stream(), HarmlessScenarios.of(1, 20).stream())
        .toList()) {
      int limit = Contenders.oracle(scenario);

      Result first = new Simulation(scenario, SEED).run(Spy.upTo(limit));

      assertThat(new Simulation(scenario, SEED).run(Spy.upTo(limit))).isEqualTo(first);
    }
  }

  @Test
  void anotherSeedHasAnotherResult() {
    Result first = new Simulation(Scenarios.named("S2"), SEED).run(oracle("S2"));
    Result second = new Simulation(Scenarios.named("S2"), SEED + 1).run(oracle("S2"));

    assertThat(second.totals().offered()).isNotEqualTo(first.totals().offered());
    assertThat(second.goodput()).isNotEqualTo(first.goodput()).isCloseTo(1, within(.05));
  }

  @Test
  void allProtectionsMeetTheSameRequests() {
    Scenario scenario = scenario("two kinds")
        .service(twoKinds())
        .classes(.8, .15, .05)
        .overload(3)
        .build();
    Simulation simulation = new Simulation(scenario, SEED);
    Spy all = Spy.admittingAll();
    Spy few = Spy.upTo(10);

    simulation.run(all);
    simulation.run(few);

    assertThat(few.exits).hasSizeLessThan(all.exits.size());
    assertThat(few.attempts).isEqualTo(all.attempts).hasSizeGreaterThan(1000);
  }

  @Test
  void theSameRequestsHaveTheSameWorkUnderEachProtection() {
    Scenario scenario =
        scenario("idle").workers(10_000).base(.01).overloaded(0, 1).end(2).build();
    Simulation simulation = new Simulation(scenario, SEED);
    Spy all = Spy.admittingAll();
    Spy even = new Spy(attempt -> (attempt.hash() & 1) == 0);

    simulation.run(all);
    simulation.run(even);

    Map<Long, Long> work = new HashMap<>();
    all.exits.forEach(exit -> work.put(all.admittedAt.get((int) exit.place()), all.latency(exit)));
    assertThat(even.exits).hasSizeGreaterThan(1000).hasSizeLessThan(all.exits.size());
    assertThat(even.exits)
        .filteredOn(exit -> {
          long admittedAt = even.admittedAt.get((int) exit.place());
          return work.getOrDefault(admittedAt, 0L) != even.latency(exit);
        })
        .isEmpty();
  }

  /**
   * Returns scenarios in which requests neither wait outside the server nor fail without being
   * counted.
   */
  static Stream<Scenario> undisturbed() {
    List<String> disturbed = List.of("S11", "S17");
    return Scenarios.all().stream()
        .filter(scenario -> scenario.server().containerThreads() == 0)
        .filter(scenario -> !disturbed.contains(scenario.name()));
  }

  @ParameterizedTest
  @MethodSource("undisturbed")
  void littlesLawHolds(Scenario scenario) {
    var totals = new Simulation(scenario, SEED).run(oracle(scenario.name())).totals();

    double length = scenario.lastAnswer();
    double inServer = totals.serverArea() / length;
    double rate = totals.ended() / length;
    assertThat(inServer / (rate * totals.meanLatency())).isCloseTo(1, within(.001));
  }

  @ParameterizedTest
  @MethodSource("undisturbed")
  void eachRequestIsCountedOnce(Scenario scenario) {
    Spy spy = Spy.upTo(Contenders.oracle(scenario));

    var totals = new Simulation(scenario, SEED).run(spy).totals();

    assertThat(totals.attempts()).isEqualTo(spy.attempts.size());
    assertThat(totals.attempts() - totals.rejected()).isEqualTo(spy.admittedAt.size());
    assertThat(totals.ended()).isEqualTo(spy.exits.size());
    assertThat(spy.admittedAt.size() - spy.exits.size()).isBetween(0, Contenders.oracle(scenario));
    assertThat(totals.succeeded()).isLessThanOrEqualTo(totals.ended());
    if (scenario.traffic().retries() == 0) {
      assertThat(totals.attempts()).isEqualTo(totals.offered());
    }
  }

  private static ServiceTime twoKinds() {
    return new ServiceTime.Bimodal(5_000_000, 55_000_000, .1);
  }

  private static Protection oracle(String name) {
    return new GateProtection(new InFlight(Contenders.oracle(Scenarios.named(name)), false));
  }
}
