package dev.flowshield.checks.overload.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.checks.overload.measure.Harm;
import dev.flowshield.checks.overload.scenario.HarmlessScenarios;
import dev.flowshield.checks.overload.scenario.RandomSharingScenarios;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.simulation.Simulation;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks that no request is rejected without an overload, and that scarce processors are protected.
 */
class NoHarmTest {

  private static final double NEXT_TO_NONE = 0.001;
  private static final double SECONDS_STUCK = 2;

  private static Stream<Scenario> written() {
    return HarmlessScenarios.written().stream();
  }

  private static Harm harm(Scenario scenario) {
    return new Simulation(scenario, 1).run(GateProtection.finding(false)).harm();
  }

  @ParameterizedTest
  @MethodSource("written")
  void nothingIsRejectedBelowCapacity(Scenario scenario) {
    Harm harm = harm(scenario);

    assertThat(harm.rejected()).isLessThanOrEqualTo(NEXT_TO_NONE);
    assertThat(harm.stuck()).isLessThan(SECONDS_STUCK);
  }

  @Test
  void norInSituationsThatAreDrawnAtRandom() {
    List<Harm> all =
        HarmlessScenarios.of(1, 100).parallelStream().map(NoHarmTest::harm).toList();

    // The rest are servers with most of their processors in use, and a sudden increase.
    assertThat(all).filteredOn(harm -> harm.rejected() > 0).hasSizeLessThanOrEqualTo(3);
    assertThat(all).allMatch(harm -> harm.rejected() < .01);
  }

  @Test
  void processorsThatAreShortDoNearlyAllThatTheyCan() {
    double mean = RandomSharingScenarios.of(5, 24, false).parallelStream()
        .mapToDouble(scenario ->
            new Simulation(scenario, 1).run(GateProtection.finding(false)).goodput())
        .average()
        .orElseThrow();

    assertThat(mean).as("of what the best could do").isGreaterThan(0.85);
  }
}
