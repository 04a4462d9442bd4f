package dev.flowshield.checks.overload.report;

import dev.flowshield.checks.overload.measure.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Trials as rows of text. */
public final class Table {

  private static final int SCENARIO_WIDTH = 9;
  private static final int PROTECTION_WIDTH = 18;
  private static final int WIDTH = 10;

  private final List<Column> columns = new ArrayList<>();

  private record Column(String title, String format, ToDoubleFunction<Trial> number) {}

  /** Creates a table with all columns. */
  public Table() {
    add("goodput", "%.3f", Result::goodput);
    columns.add(new Column("worst", "%.3f", Trial::worstGoodput));
    add("p50 ms", "%.1f", Result::p50);
    add("p99 ms", "%.1f", Result::p99);
    add("p99/quiet", "%.2f", Result::p99Ratio);
    add("converged", "%.2f s", Result::convergence);
    add("recovered", "%.2f s", Result::recovery);
    add("false rej", "%.2f %%", result -> 100 * result.falseRejections());
    add("goodAfter", "%.3f", Result::goodAfter);
    add("top rej", "%.2f %%", result -> 100 * result.topRejected());
    add("victims", "%.3f", Result::victims);
    add("Jain", "%.3f", Result::jain);
    add("max limit", "%.0f", Result::largestLimit);
    add("slope", "%.1f %%", result -> 100 * result.limitSlope());
  }

  private void add(String title, String format, ToDoubleFunction<Result> number) {
    columns.add(new Column(title, format, trial -> trial.mean(number)));
  }

  /** Returns the titles. */
  public String head() {
    StringBuilder line = begin("scenario", "protection");
    columns.forEach(column -> line.append(cell(column.title)));
    return line.toString();
  }

  /** Returns the row of a trial. */
  public String row(Trial trial) {
    StringBuilder line = begin(trial.scenario(), trial.protection());
    for (Column column : columns) {
      line.append(cell(text(column.format, column.number.applyAsDouble(trial))));
    }
    return line.toString();
  }

  /** Returns a number as text; "-" if it is NaN. */
  static String text(String format, double number) {
    if (Double.isNaN(number)) {
      return "-";
    }
    return Double.isInfinite(number) ? "never" : String.format(Locale.ROOT, format, number);
  }

  static String cell(String text) {
    return " ".repeat(Math.max(1, WIDTH - text.length())) + text;
  }

  private static StringBuilder begin(String scenario, String protection) {
    return new StringBuilder(padded(scenario, SCENARIO_WIDTH))
        .append(padded(protection, PROTECTION_WIDTH));
  }

  static String padded(String text, int width) {
    return text + " ".repeat(Math.max(1, width - text.length()));
  }
}
