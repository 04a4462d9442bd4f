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
 * A row for each protection, over all scenarios. "Relative" is the goodput as a share of the best
 * protection of that scenario, among those that were run. "Bad" is a goodput below .7 of the
 * possible. "To oracle" is p99 as a multiple of that of the fixed limit that knows the server, "to
 * best" of that of the best fixed limit.
 */
public final class Summary {

  private static final double POOR = .8;
  private static final double BAD = .7;
  private static final String ORACLE = "fixed-oracle";
  private static final String BEST_FIXED = "fixed-best";
  private static final int NAME_WIDTH = 24;

  private final List<Trial> trials;
  private final Map<String, Double> best;
  private final Map<String, Double> p99OfOracle;
  private final Map<String, Double> p99OfBestFixed;

  /** Summarizes trials of several protections with the same scenarios. */
  public Summary(List<Trial> trials) {
    this.trials = List.copyOf(trials);
    this.best =
        trials.stream().collect(Collectors.toMap(Trial::scenario, Summary::goodput, Math::max));
    this.p99OfOracle = p99Of(ORACLE);
    this.p99OfBestFixed = p99Of(BEST_FIXED);
  }

  private Map<String, Double> p99Of(String protection) {
    return trials.stream()
        .filter(trial -> trial.protection().equals(protection))
        .collect(Collectors.toMap(Trial::scenario, trial -> trial.mean(Result::p99)));
  }

  private static double goodput(Trial trial) {
    return trial.mean(Result::goodput);
  }

  /** Returns the goodput of a trial as a share of the best one. */
  public double relative(Trial trial) {
    return goodput(trial) / best.getOrDefault(trial.scenario(), Double.NaN);
  }

  private static ToDoubleFunction<Trial> p99To(Map<String, Double> p99) {
    return trial -> trial.mean(Result::p99) / p99.getOrDefault(trial.scenario(), Double.NaN);
  }

  /** Returns the rows, the titles first. */
  public List<String> rows() {
    String titles = padded("all scenarios", NAME_WIDTH)
        + Stream.of(
                "goodput",
                "worst",
                "relative",
                "worst",
                "below .8",
                "bad",
                "p99/quiet",
                "to oracle",
                "to best",
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
        + cell(text("%.1f %%", 100 * mean(own, trial -> goodput(trial) < BAD ? 1 : 0)))
        + cell(text("%.2f", mean(own, of(Result::p99Ratio))))
        + cell(text("%.2f", mean(own, p99To(p99OfOracle))))
        + cell(text("%.2f", mean(own, p99To(p99OfBestFixed))))
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

  /** Returns the mean over the trials in which the number is not NaN. */
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
