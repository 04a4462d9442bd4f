package dev.flowshield.demo.overload;

import dev.flowshield.demo.overload.load.Figure;
import dev.flowshield.demo.overload.load.LoadReport;
import dev.flowshield.demo.overload.load.Span;
import dev.flowshield.demo.result.Columns;
import java.util.Locale;

/**
 * The result of a trial, with its cold and its warm spike.
 *
 * @param inFlight the requests in flight at the end
 */
record Score(Trial trial, LoadReport report, int inFlight) {

  /** The columns of {@link #line}. Of two equal columns, the second is of the warm spike. */
  static final Columns COLUMNS = new Columns(
      4,
      "server         ",
      "work     ",
      "traffic",
      "protection    ",
      "cold %",
      "warm %",
      "others %",
      "p99 ms ",
      "warm p99",
      "quiet p99",
      "back s",
      "warm back",
      "us/request",
      "warm us",
      "left",
      "late ms",
      "note");

  /** A client with a higher 99th percentile of lateness has measured itself. */
  private static final double MOST_LATE_MILLIS = 2;

  private static final double MOST_STEAL_PERCENT = 2;

  private Span cold() {
    return report.phases().get(Traffic.COLD);
  }

  private Span warm() {
    return report.phases().get(Traffic.WARM);
  }

  private Span quiet() {
    return report.phases().get(Traffic.QUIET);
  }

  /** Returns the requests served in time in a spike, in percent of the capacity. */
  long goodput(Span spike) {
    double capacity = 2 * quiet().of(Figure.OFFERED) / quiet().of(Figure.SECONDS);
    return Math.round(100 * spike.of(Figure.GOODPUT_PER_S) / capacity);
  }

  /**
   * Returns the reason why the numbers describe the client or the machine rather than the server;
   * empty if they do not.
   */
  String note() {
    if (mostOfSpikes(Figure.LOOP_P99_MS) > MOST_LATE_MILLIS) {
      return "discard: the client was late";
    }
    if (report.client().of(Figure.STEAL_PERCENT) > MOST_STEAL_PERCENT) {
      return "discard: the host took processors away";
    }
    double queued = cold().of(Figure.QUEUED) + warm().of(Figure.QUEUED);
    return queued > 0 ? String.format(Locale.ROOT, "%,.0f found no connection free", queued) : "";
  }

  /** Returns the result as a line of the table. */
  String line() {
    return COLUMNS.line(
        trial.server().title(),
        trial.work().title(),
        trial.traffic().title(),
        trial.protection().title(),
        goodput(cold()),
        goodput(warm()),
        cold().of(Figure.OTHERS) == 0
            ? "-"
            : Math.round(cold().percent(Figure.OTHERS_IN_TIME, Figure.OTHERS)),
        number("%,.0f", cold().of(Figure.P99_MS)),
        number("%,.0f", warm().of(Figure.P99_MS)),
        number("%,.0f", quiet().of(Figure.P99_MS)),
        number("%.1f", cold().of(Figure.BACK_S)),
        number("%.1f", warm().of(Figure.BACK_S)),
        number("%.0f", microsPerRequest(cold())),
        number("%.0f", microsPerRequest(warm())),
        inFlight,
        number("%.1f", mostOfSpikes(Figure.LATE_P99_MS)),
        note());
  }

  private double mostOfSpikes(Figure figure) {
    return Math.max(cold().of(figure), warm().of(figure));
  }

  /** Returns the server's processor time for each request that was sent; negative if unknown. */
  private static double microsPerRequest(Span spike) {
    return 1000 * spike.of(Figure.SERVER_CPU_MS) / spike.of(Figure.OFFERED);
  }

  private static String number(String format, double value) {
    return value < 0 ? "-" : String.format(Locale.ROOT, format, value);
  }
}
