package dev.flowshield.checks.overload.report;

import static dev.flowshield.checks.overload.report.Table.cell;
import static dev.flowshield.checks.overload.report.Table.padded;
import static dev.flowshield.checks.overload.report.Table.text;

import dev.flowshield.checks.overload.measure.Result;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All scenarios of a protection in one row. "Relative" is goodput as a share of the best protection
 * of that scenario, among those that were run.
 */
public final class Summary {

  private static final double POOR = .8;
  private static final int NAME_WIDTH = 24;

  private final List<Trial> trials;
  private final Map<String, Double> best;

  /** Sums up trials of several protections with the same scenarios. */
  public Summary(List<Trial> trials) {
    this.trials = List.copyOf(trials);
    this.best =
        trials.stream().collect(Collectors.toMap(Trial::scenario, Summary::goodput, Math::max));
  }

  private static double goodput(Trial trial) {
    return trial.mean(Result::goodput);
  }

  /** Goodput of a trial as a share of the best one. */
  public double relative(Trial trial) {
    return goodput(trial) / best.getOrDefault(trial.scenario(), Double.NaN);
  }

  /** The rows, the titles first. */
  public List<String> rows() {
    String titles = padded("all scenarios", NAME_WIDTH)
        + Stream.of(
                "goodput",
                "worst",
                "relative",
                "worst",
                "below .8",
                "p99/quiet",
                "converged",
                "never",
                "recovered",
                "never",
                "false rej",
                "goodAfter")
            .map(Table::cell)
            .collect(Collectors.joining());
    return Stream.concat(
            Stream.of(titles), trials.stream().map(Trial::protection).distinct().map(this::row))
        .toList();
  }

  private String row(String protection) {
    List<Trial> own =
        trials.stream().filter(trial -> trial.protection().equals(protection)).toList();
    return padded(protection, NAME_WIDTH)
        + cell(text("%.3f", mean(own, Summary::goodput)))
        + cell(text("%.3f", least(own, Trial::worstGoodput)))
        + cell(text("%.3f", mean(own, this::relative)))
        + cell(text("%.3f", least(own, this::relative)))
        + cell(text("%.1f %%", 100 * mean(own, trial -> relative(trial) < POOR ? 1 : 0)))
        + cell(text("%.2f", mean(own, of(Result::p99Ratio))))
        + cell(text("%.2f s", mean(own, of(Result::convergence))))
        + cell(text("%.1f %%", 100 * mean(own, never(Result::convergence))))
        + cell(text("%.2f s", mean(own, of(Result::recovery))))
        + cell(text("%.1f %%", 100 * mean(own, never(Result::recovery))))
        + cell(text("%.2f %%", 100 * mean(own, of(Result::falseRejections))))
        + cell(text("%.3f", mean(own, of(Result::goodAfter))));
  }

  private static ToDoubleFunction<Trial> of(ToDoubleFunction<Result> number) {
    return trial -> trial.mean(number);
  }

  private static ToDoubleFunction<Trial> never(ToDoubleFunction<Result> number) {
    return trial -> Double.isInfinite(trial.mean(number)) ? 1 : 0;
  }

  /** Over the trials in which the number is one. */
  private static double mean(List<Trial> trials, ToDoubleFunction<Trial> number) {
    return trials.stream()
        .mapToDouble(number)
        .filter(Double::isFinite)
        .average()
        .orElse(Double.NaN);
  }

  private static double least(List<Trial> trials, ToDoubleFunction<Trial> number) {
    return trials.stream().mapToDouble(number).min().orElse(Double.NaN);
  }
}
