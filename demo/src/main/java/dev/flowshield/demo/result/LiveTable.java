package dev.flowshield.demo.result;

/**
 * The lines shown while the traffic runs, one per second.
 *
 * <p>The counts are of the requests due in the second. The latencies are of those whose service
 * ended in it, because the other responses may arrive much later.
 */
public final class LiveTable {

  private final Columns columns = new Columns(
      2,
      " s",
      "phase             ",
      "offered",
      "in time",
      " late",
      "over limit",
      " shed",
      "failed",
      "p50 ms",
      "p99 ms",
      "in flight");
  private final Results results;

  /** Creates a table of results that are still being filled. */
  public LiveTable(Results results) {
    this.results = results;
  }

  /** Returns the headings, and a line under them. */
  public String heading() {
    return columns.heading() + System.lineSeparator() + columns.rule();
  }

  /**
   * Returns the line of a second, once the deadlines of its requests have passed; the first is 1.
   */
  public String line(int number) {
    Second second = results.second(number);
    Tally tally = second.tally();
    Latencies ended = results.endedIn(number);
    return columns.line(
        second.number(),
        second.phase().name(),
        tally.offered(),
        tally.of(Outcome.IN_TIME),
        tally.of(Outcome.LATE),
        tally.of(Outcome.OVER_LIMIT),
        tally.of(Outcome.SHED),
        tally.of(Outcome.FAILED),
        ended.text(50),
        ended.text(99),
        second.inFlight());
  }
}
