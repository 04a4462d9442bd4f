package dev.flowshield.checks.overload.report;

import static dev.flowshield.checks.overload.report.Table.cell;
import static dev.flowshield.checks.overload.report.Table.padded;
import static dev.flowshield.checks.overload.report.Table.text;

import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.scenario.Scenario;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A comparison of one protection with the others: how often it is clearly better or worse than
 * each, and its worst scenarios.
 */
public final class Losses {

  private static final double CLEARLY = .05; // of the goodput of the best
  private static final int WORST = 10;
  private static final int NAME_WIDTH = 24;

  private final String protection;
  private final List<Trial> trials;
  private final Map<String, Scenario> scenarios;
  private final Summary summary;

  /** Compares a protection in the given trials. */
  public Losses(String protection, List<Trial> trials, List<Scenario> scenarios) {
    this.protection = protection;
    this.trials = List.copyOf(trials);
    this.scenarios =
        scenarios.stream().collect(Collectors.toMap(Scenario::name, Function.identity()));
    this.summary = new Summary(trials);
  }

  /** Returns the rows, the titles first; empty if this protection or all others were not run. */
  public List<String> rows() {
    List<Trial> own = of(protection);
    if (own.isEmpty() || own.size() == trials.size()) {
      return List.of();
    }
    Stream<String> duels = trials.stream()
        .map(Trial::protection)
        .distinct()
        .filter(other -> !other.equals(protection))
        .map(this::duel);
    Stream<String> worst = own.stream()
        .sorted(Comparator.comparingDouble(summary::relative))
        .limit(WORST)
        .map(this::row);
    return Stream.of(
            Stream.of(padded(protection + " against", NAME_WIDTH) + cell("better") + cell("worse")),
            duels,
            Stream.of("", "its worst, and the best there"),
            worst)
        .flatMap(Function.identity())
        .toList();
  }

  private List<Trial> of(String name) {
    return trials.stream().filter(trial -> trial.protection().equals(name)).toList();
  }

  private String duel(String other) {
    Map<String, Double> theirs =
        of(other).stream().collect(Collectors.toMap(Trial::scenario, summary::relative));
    List<Double> leads = of(protection).stream()
        .map(trial -> summary.relative(trial) - theirs.getOrDefault(trial.scenario(), Double.NaN))
        .toList();
    return padded(other, NAME_WIDTH)
        + cell(String.valueOf(leads.stream().filter(lead -> lead > CLEARLY).count()))
        + cell(String.valueOf(leads.stream().filter(lead -> lead < -CLEARLY).count()));
  }

  private String row(Trial trial) {
    Scenario scenario = scenarios.get(trial.scenario());
    return padded(trial.scenario(), NAME_WIDTH)
        + cell(text("%.3f", summary.relative(trial)))
        + "  "
        + padded(bestOf(trial.scenario()), NAME_WIDTH)
        + (scenario == null ? "" : scenario.description());
  }

  private String bestOf(String scenario) {
    return trials.stream()
        .filter(trial -> trial.scenario().equals(scenario))
        .max(Comparator.comparingDouble(trial -> trial.mean(Result::goodput)))
        .map(Trial::protection)
        .orElse("-");
  }
}
