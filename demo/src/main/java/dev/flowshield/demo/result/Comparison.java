package dev.flowshield.demo.result;

import dev.flowshield.demo.traffic.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * A comparison of several servers with equal traffic, side by side.
 *
 * @param runs the results of each, all of the same schedule
 * @param capacityPerSecond the capacity of a server, in requests per second
 * @param spike the phase to recover from
 */
public record Comparison(List<Results> runs, int capacityPerSecond, Phase spike) {

  public Comparison {
    runs = List.copyOf(runs);
    Objects.requireNonNull(spike, "spike");
  }

  /**
   * One run in one phase, or in all of them.
   *
   * @param phase the name of the phase
   * @param run the name of the run
   * @param tally the outcomes of the requests
   * @param ofCapacity the requests served in time, in percent of the capacity
   * @param served the latencies of the served requests
   */
  public record Row(String phase, String run, Tally tally, long ofCapacity, Latencies served) {}

  /** Returns the rows, the runs of each phase together, the totals last. */
  public List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (Phase phase : runs.get(0).schedule().phases()) {
      for (Results run : runs) {
        Tally tally = run.tally(phase);
        long percent = ofCapacity(tally, phase.length());
        rows.add(new Row(phase.name(), run.name(), tally, percent, run.served(phase)));
      }
    }
    for (Results run : runs) {
      Tally tally = run.tally();
      long percent = ofCapacity(tally, Duration.ofNanos(run.schedule().lengthNanos()));
      rows.add(new Row("all", run.name(), tally, percent, run.served()));
    }
    return rows;
  }

  /** Returns the rows, the recoveries and the disturbances as a table for a terminal. */
  public String text() {
    Columns columns = new Columns(
        2,
        "phase             ",
        "server            ",
        "offered",
        "in time",
        "% of capacity",
        " late",
        "over limit",
        "  shed",
        "failed",
        "p99 ms");
    StringBuilder text = new StringBuilder();
    line(text, columns.heading());
    String last = "";
    for (Row row : rows()) {
      boolean first = !row.phase().equals(last);
      if (first) {
        line(text, columns.rule());
      }
      Tally tally = row.tally();
      line(
          text,
          columns.line(
              first ? row.phase() : "",
              row.run(),
              tally.offered(),
              tally.of(Outcome.IN_TIME),
              row.ofCapacity(),
              tally.of(Outcome.LATE),
              tally.of(Outcome.OVER_LIMIT),
              tally.of(Outcome.SHED),
              tally.of(Outcome.FAILED),
              row.served().text(99)));
      last = row.phase();
    }
    line(text, columns.rule());
    for (Results run : runs) {
      String recovery = run.recoveryAfter(spike).toString();
      line(text, remark("recovery", run, recovery));
    }
    for (Results run : disturbed()) {
      line(text, remark("disturbed", run, run.disturbance()));
    }
    return text.toString();
  }

  /** Returns the runs with unreliable numbers, because the machine was too busy. */
  public List<Results> disturbed() {
    return runs.stream().filter(Results::isDisturbed).toList();
  }

  private static String remark(String what, Results run, String text) {
    return String.format(Locale.ROOT, "%-18s  %-18s  %s", what, run.name(), text);
  }

  private long ofCapacity(Tally tally, Duration length) {
    double capacity = capacityPerSecond * (length.toNanos() / 1e9);
    return Math.round(100 * tally.of(Outcome.IN_TIME) / capacity);
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append(System.lineSeparator());
  }
}
