package dev.flowshield.benchmarks.report;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A report of a run in Markdown: the promises first, then every row. */
public final class Report {

  private final StringBuilder text = new StringBuilder();

  private Report() {}

  /**
   * Returns the whole report.
   *
   * @param machine the facts about the machine
   * @param checks the checks of promises
   * @param rows the rows of the run
   * @param heaps the heaps of the run
   * @param loads the loads of the run
   * @param difference the difference in semantics, by the name of a row; empty without a difference
   */
  public static String of(
      List<String> machine,
      List<Check> checks,
      List<Row> rows,
      List<Heap> heaps,
      List<Load> loads,
      Function<String, String> difference) {
    Report report = new Report();
    report.line("# Benchmarks");
    report.line("");
    machine.forEach(fact -> report.line("- " + fact));
    report.line("");
    report.line(
        "Only ratios within this run mean anything; [README](../README.md) tells how to read it.");
    report.checks(checks);
    report.rows(rows, difference);
    if (!heaps.isEmpty()) {
      report.heaps(heaps, difference);
    }
    if (!loads.isEmpty()) {
      report.loads(loads);
    }
    return report.text.toString();
  }

  private void checks(List<Check> checks) {
    String target = "";
    for (Check check : checks) {
      if (!check.target().equals(target)) {
        target = check.target();
        head("## " + target, "of", "promised", "measured", "floor", "peer", "ratio", "");
      }
      row(
          check.what(),
          check.promise(),
          number(check.measured(), check.unit()),
          number(check.floor(), check.unit()),
          number(check.peer(), check.unit()),
          Double.isNaN(check.ratio()) ? "" : format("%.2f", check.ratio()),
          verdict(check));
    }
  }

  private void rows(List<Row> rows, Function<String, String> difference) {
    head(
        "## All rows",
        "suite",
        "who",
        "clients",
        "keys",
        "threads",
        "ns",
        "±",
        "B",
        "cores",
        "process",
        "counted",
        "differs");
    for (Row row : rows) {
      row(
          row.suite(),
          row.name(),
          row.clients() == 0 ? "" : format("%,d", row.clients()),
          row.keys(),
          format("%d", row.threads()),
          format("%.1f", row.nanos()),
          format("%.1f", row.spread()),
          format("%.1f", row.bytes()),
          format("%.2f", row.cores()) + (row.disturbed() ? " !" : ""),
          format("%.2f", row.processCores()),
          format("%d of %d", row.kept(), row.iterations()),
          difference.apply(row.name()));
    }
    if (rows.stream().anyMatch(Row::disturbed)) {
      line("");
      line(
          "! The threads had less than 0.93 of a core each: another process had it, or they waited for a lock.");
    }
  }

  private void heaps(List<Heap> heaps, Function<String, String> difference) {
    head("## Heap", "who", "clients", "bytes", "bytes a client", "differs");
    for (Heap heap : heaps) {
      row(
          heap.name(),
          format("%,d", heap.clients()),
          format("%,d", heap.bytes()),
          heap.clients() == 0 ? "" : format("%.1f", heap.perClient()),
          difference.apply(heap.name()));
    }
  }

  private void loads(List<Load> loads) {
    head(
        "## Servers under load",
        "server",
        "who",
        "requests/s",
        "of bare",
        "half of the rounds",
        "rejected",
        "p50 us",
        "p99 us",
        "CPU us",
        "B",
        "differs");
    for (Load load : loads) {
      row(
          load.server(),
          load.name(),
          format("%,.0f", load.perSecond()),
          format("%.3f", load.ratio()),
          format("%.3f to %.3f", load.quantile(0.25), load.quantile(0.75)),
          format("%.0f %%", load.rejected() * 100),
          format("%.0f", load.p50Micros()),
          format("%.0f", load.p99Micros()),
          format("%.2f", load.cpuMicros()),
          format("%,.0f", load.bytes()),
          load.difference());
    }
  }

  private static String verdict(Check check) {
    String verdict = switch (check.verdict()) {
      case PASS -> "pass";
      case MISS -> "**MISS**";
      case NOT_MEASURED -> "not measured";
    };
    return check.disturbed() && check.verdict() != Check.Verdict.NOT_MEASURED
        ? verdict + ", disturbed"
        : verdict;
  }

  private static String number(double value, String unit) {
    if (Double.isNaN(value)) {
      return "";
    }
    return (value < 1000 ? format("%.1f ", value) : format("%,.0f ", value)) + unit;
  }

  private void head(String title, String... columns) {
    line("");
    line(title);
    line("");
    row(columns);
    line("|---".repeat(columns.length) + "|");
  }

  private void row(String... cells) {
    line("| " + String.join(" | ", cells) + " |");
  }

  private void line(String one) {
    text.append(one).append('\n');
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
