package dev.flowshield.demo.cluster;

import dev.flowshield.demo.result.Columns;
import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The lines shown while the traffic runs, one per second, about the requests that were due in it.
 */
final class LiveTable {

  private final Columns columns;
  private final Schedule schedule;
  private final Answers answers;

  LiveTable(Schedule schedule, Answers answers) {
    this.schedule = schedule;
    this.answers = answers;
    List<String> headings = new ArrayList<>(
        List.of(" s", "store             ", "  sent", "   200", "   429", "other", "p99 ms"));
    for (int i = 1; i <= schedule.crowd().clients(); i++) {
      headings.add("200 of #" + i);
    }
    this.columns = new Columns(2, headings.toArray(new String[0]));
  }

  int length() {
    return (int) TimeUnit.NANOSECONDS.toSeconds(schedule.lengthNanos());
  }

  String heading() {
    return columns.heading() + System.lineSeparator() + columns.rule();
  }

  /** Returns the line of a second, once its responses have arrived; the first is 1. */
  String line(int second, String store) {
    Count count = Count.ofSecond(schedule, answers, second);
    List<Object> cells = new ArrayList<>(List.of(
        second,
        store,
        count.sent(),
        count.admittedByAll(),
        count.rejected(),
        count.other(),
        count.latency(99)));
    cells.addAll(count.admitted());
    return columns.line(cells.toArray());
  }
}
