package dev.flowshield.checks.overload.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.checks.overload.measure.Totals;
import dev.flowshield.checks.overload.peers.Contenders;
import dev.flowshield.checks.overload.peers.GateProtection;
import dev.flowshield.checks.overload.scenario.RandomScenarios;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.scenario.Scenarios;
import dev.flowshield.engine.overload.InFlight;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Checks that the results of scenarios never change, not even by a nanosecond, because published
 * numbers depend on them. The limit is fixed, so that only changes of the simulator affect them.
 */
class PublishedResultsTest {

  private static final List<Scenario> RANDOM = RandomScenarios.of(11, 6);

  @ParameterizedTest
  @CsvSource({
    "S2, 176352, 176352, 144317, 32035, 32035, 402423352499",
    "S9, 38454, 38454, 5955, 32499, 32499, 479616455799",
    "S11, 38454, 38454, 2322, 36132, 36132, 413996482019",
    "S13, 52152, 112125, 75767, 36358, 36358, 430116194912",
    "S17, 64076, 64076, 32358, 29347, 29347, 371276371048",
    "S18, 176352, 176352, 147312, 29040, 29040, 402861541536",
    "S22, 70470, 43685, 0, 43673, 11853, 435330522941327",
    "H2, 24008, 24008, 2013, 21995, 21875, 2806877802977",
    "M2, 29803, 29803, 6807, 22996, 22996, 517431431329",
    "D10, 16101, 16101, 770, 15331, 15331, 204706096380",
    "P4, 176352, 40354, 0, 40342, 8461, 589534430550307",
    "F2, 35295, 35295, 6823, 28472, 28472, 334487994533",
    "R11-0, 735969, 735969, 536794, 199175, 199175, 983583030894",
    "R11-1, 3393, 3393, 1101, 2292, 2286, 125332297578",
    "R11-2, 6213, 6213, 4541, 1672, 1672, 179269213575",
    "R11-3, 95661, 95661, 53773, 41888, 41888, 39047005782530",
    "R11-4, 170137, 170137, 119368, 50769, 50769, 1532955268319",
    "R11-5, 1114, 3289, 2720, 569, 566, 88089803962",
  })
  void areTheSame(
      String name,
      long offered,
      long attempts,
      long rejected,
      long ended,
      long succeeded,
      long latencyNanos) {
    Scenario scenario = named(name);

    Totals totals = new Simulation(scenario, 1)
        .run(new GateProtection(new InFlight(Contenders.oracle(scenario), false)))
        .totals();

    assertThat(totals)
        .isEqualTo(new Totals(
            offered, attempts, rejected, ended, succeeded, latencyNanos, totals.serverArea()));
  }

  private static Scenario named(String name) {
    return RANDOM.stream()
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElseGet(() -> Scenarios.named(name));
  }
}
