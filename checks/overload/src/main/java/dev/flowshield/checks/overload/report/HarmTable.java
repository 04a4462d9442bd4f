package dev.flowshield.checks.overload.report;

import static dev.flowshield.checks.overload.report.Table.cell;
import static dev.flowshield.checks.overload.report.Table.padded;
import static dev.flowshield.checks.overload.report.Table.text;

import dev.flowshield.checks.overload.measure.Harm;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table of trials in which every rejection is wrong: a row for each trial, and one for each
 * protection.
 */
public final class HarmTable {

  private static final double TOLERATED = .001;
  private static final double LONG_SECONDS = 2;
  private static final int SCENARIO_WIDTH = 9;
  private static final int PROTECTION_WIDTH = 18;

  /** Returns the titles. */
  public String head() {
    return padded("harmless", SCENARIO_WIDTH)
        + padded("protection", PROTECTION_WIDTH)
        + cells("rejected", "% of all", "worst sec", "stuck", "max limit");
  }

  /** Returns the row of a trial. */
  public String row(Trial trial) {
    return padded(trial.scenario(), SCENARIO_WIDTH)
        + padded(trial.protection(), PROTECTION_WIDTH)
        + cell(text("%.0f", trial.mean(result -> result.totals().rejected())))
        + cell(text("%.3f %%", 100 * trial.mean(result -> result.harm().rejected())))
        + cell(text("%.1f %%", 100 * trial.mean(result -> result.harm().worstSecond())))
        + cell(text("%.1f s", trial.mean(result -> result.harm().stuck())))
        + cell(text("%.0f", trial.mean(result -> result.largestLimit())));
  }

  /** Returns a row for each protection, the titles first. Each seed counts by itself. */
  public List<String> summary(List<Trial> trials) {
    String titles = padded("all harmless", SCENARIO_WIDTH + PROTECTION_WIDTH)
        + cells("runs", "over 0", "over .1 %", "worst", "stuck>2s", "longest");
    return Stream.concat(
            Stream.of(titles),
            trials.stream().map(Trial::protection).distinct().map(name -> row(name, trials)))
        .toList();
  }

  private static String row(String protection, List<Trial> trials) {
    List<Harm> harms = trials.stream()
        .filter(trial -> trial.protection().equals(protection))
        .flatMap(trial -> trial.results().stream())
        .map(result -> result.harm())
        .toList();
    return padded(protection, SCENARIO_WIDTH + PROTECTION_WIDTH)
        + cells(
            String.valueOf(harms.size()),
            above(0, harms, Harm::rejected),
            above(TOLERATED, harms, Harm::rejected),
            text("%.2f %%", 100 * most(harms, Harm::rejected)),
            above(LONG_SECONDS, harms, Harm::stuck),
            text("%.1f s", most(harms, Harm::stuck)));
  }

  private static String above(double bound, List<Harm> harms, ToDoubleFunction<Harm> number) {
    return String.valueOf(
        harms.stream().filter(harm -> number.applyAsDouble(harm) > bound).count());
  }

  private static double most(List<Harm> harms, ToDoubleFunction<Harm> number) {
    return harms.stream().mapToDouble(number).max().orElse(Double.NaN);
  }

  private static String cells(String... texts) {
    return Stream.of(texts).map(Table::cell).collect(Collectors.joining());
  }
}
