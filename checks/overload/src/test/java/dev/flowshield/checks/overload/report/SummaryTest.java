package dev.flowshield.checks.overload.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.flowshield.checks.overload.measure.Harm;
import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.measure.Totals;
import dev.flowshield.checks.overload.scenario.Scenarios;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests of the rows of trials. */
class SummaryTest {

  private static final double NEVER = Double.POSITIVE_INFINITY;

  private final Trial good = new Trial("S1", "good", List.of(result(.9, .1), result(1, .3)));
  private final Trial bad = new Trial("S1", "bad", List.of(result(.3, NEVER), result(.5, .1)));
  private final Trial other = new Trial("S2", "bad", List.of(result(.5, Double.NaN)));

  private static Result result(double goodput, double convergence) {
    double nothing = Double.NaN;
    return new Result(
        goodput,
        10,
        100,
        50,
        convergence,
        nothing,
        .015,
        1,
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        new Totals(0, 0, 0, 0, 0, 0, 0),
        Harm.NONE,
        List.of());
  }

  @Test
  void aRowIsTheMeanOfTheSeeds() {
    Table table = new Table();

    assertThat(table.row(good))
        .startsWith("S1 ")
        .contains("good", " 0.950 ", " 0.900 ", " 100.0 ", " 2.00 ", " 0.20 s ", " 1.50 % ");
    assertThat(table.row(bad)).contains(" never ");
    assertThat(table.row(other)).contains(" - ");
    assertThat(table.head()).hasSameSizeAs(table.row(good));
  }

  @Test
  void goodputIsComparedWithTheBestOfTheSameScenario() {
    Summary summary = new Summary(List.of(good, bad, other));

    assertThat(summary.relative(good)).isEqualTo(1);
    assertThat(summary.relative(bad)).isCloseTo(.4 / .95, within(1e-9));
    assertThat(summary.relative(other)).isEqualTo(1);
  }

  @Test
  void lossesAreThoseAgainstEachOtherProtectionAndTheWorstScenarios() {
    Trial better = new Trial("S2", "good", List.of(result(.4, 1)));

    List<String> rows =
        new Losses("bad", List.of(good, bad, better, other), Scenarios.all()).rows();

    assertThat(rows).hasSize(6);
    assertThat(rows.get(1)).matches("good +1 +1"); // better in S2, worse in S1
    assertThat(rows.get(4)).startsWith("S1 ").contains(" 0.421 ", " good ", "8 workers");
    assertThat(rows.get(5)).startsWith("S2 ").contains(" 1.000 ", " bad ");
  }

  @Test
  void thereAreNoLossesOfAProtectionThatIsAlone() {
    assertThat(new Losses("bad", List.of(bad, other), List.of()).rows()).isEmpty();
    assertThat(new Losses("another", List.of(bad), List.of()).rows()).isEmpty();
  }

  @Test
  void eachProtectionHasARow() {
    List<String> rows = new Summary(List.of(good, bad, other)).rows();

    assertThat(rows).hasSize(3);
    assertThat(rows.get(0)).startsWith("all scenarios").hasSameSizeAs(rows.get(1));
    assertThat(rows.get(1)).startsWith("good").contains(" 0.950 ", " 0.0 % ");
    // the mean of .4 and .5, the lowest of all; one of two is bad, and one never converged
    assertThat(rows.get(2)).startsWith("bad").contains(" 0.450 ", " 0.300 ", " 50.0 % ");
  }
}
