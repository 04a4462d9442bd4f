package dev.flowshield.demo.cluster;

import dev.flowshield.demo.result.Columns;
import dev.flowshield.demo.result.Results;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;

/** The results of the numbers, and their reliability. */
record Summary(Scenario scenario, Observed alone, Observed together) {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private static final Columns COLUMNS = new Columns(
      1,
      "                ",
      "seconds",
      "  sent",
      "   200",
      "promised",
      "above it",
      "in a window",
      "   429",
      "other",
      "p99 ms",
      "longest ms");

  String text() {
    StringJoiner lines = new StringJoiner(System.lineSeparator());
    lines.add(COLUMNS.heading());
    lines.add(COLUMNS.rule());
    lines.add(line(
        alone,
        Timeline.ofOneLimit("without a store", 0, alone.schedule().lengthNanos(), scenario)));
    for (Span span : together.timeline().spans(scenario)) {
      lines.add(line(together, span));
    }
    lines.add("");
    lines.add(format(
        "Promised is %s for all together: %d, and %.0f a second; while an instance does not ask the store that is up, its share",
        scenario.limit(), scenario.limit().burst(), scenario.rate()));
    lines.add("in addition. \"In a window\" is the most in any window of time, above the rate"
        + " times its length: the burst, if all is well.");
    lines.add("");
    lines.add(failure());
    lines.add(comeback());
    lines.add(format("%,d requests were decided without the store.", together.withoutStore()));
    for (Observed run : List.of(alone, together)) {
      if (!run.others().isEmpty()) {
        lines.add(
            "Other answers, by status, or below 10 a connection that was missing, broken or silent: "
                + run.others());
      }
      Results results =
          new Results("", run.schedule(), run.answers(), Duration.ofSeconds(1), new int[0]);
      if (results.isDisturbed()) {
        lines.add("Disturbed: " + results.disturbance() + ".");
      }
    }
    lines.add(format(
        "Java %s on %s %s, %d processors.",
        Runtime.version(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors()));
    return lines.toString();
  }

  private String line(Observed run, Span span) {
    Count count = run.of(span.fromNanos(), span.toNanos());
    return COLUMNS.line(
        span.name(),
        format("%.1f", span.seconds()),
        count.sent(),
        count.admittedByAll(),
        span.promised(),
        above(run, span),
        format("%.0f", mostInAWindow(run, span)),
        count.rejected(),
        count.other(),
        count.latency(99),
        count.latency(100));
  }

  /** Returns the number of requests admitted beyond the promise, in a part of a run. */
  static long above(Observed run, Span span) {
    return Math.max(0, run.of(span.fromNanos(), span.toNanos()).admittedByAll() - span.promised());
  }

  double mostInAWindow(Observed run, Span span) {
    return Windows.mostAbove(
        scenario.rate(), run.schedule(), run.answers(), span.fromNanos(), span.toNanos());
  }

  private String failure() {
    Timeline timeline = together.timeline();
    Count next = together.of(timeline.killed(), timeline.killed() + SECOND);
    return format(
        "The store was killed at %.1f s. The instances ceased to ask it %s ms later. In the second after, the longest"
            + " answer took %s ms, and %d requests had none.",
        timeline.killed() / 1e9,
        list(timeline.cutOff(), at -> TimeUnit.NANOSECONDS.toMillis(at - timeline.killed()), 1),
        next.latency(100),
        next.other());
  }

  private String comeback() {
    Timeline timeline = together.timeline();
    return format(
        "It was started again, empty, at %.1f s. They asked it again %s s later.",
        timeline.started() / 1e9,
        list(timeline.back(), at -> TimeUnit.NANOSECONDS.toMillis(at - timeline.started()), 1e3));
  }

  private static String list(List<Long> instants, LongUnaryOperator value, double unit) {
    return instants.stream()
        .map(at -> at == Timeline.NEVER
            ? "(never)"
            : format(unit == 1 ? "%.0f" : "%.1f", value.applyAsLong(at) / unit))
        .collect(Collectors.joining(", "));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
