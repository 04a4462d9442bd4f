package dev.flowshield.demo.overload;

import dev.flowshield.demo.result.Columns;
import dev.flowshield.demo.result.Latencies;
import dev.flowshield.demo.result.Outcome;
import dev.flowshield.demo.result.Recovery;
import dev.flowshield.demo.result.Results;
import dev.flowshield.demo.result.Tally;
import dev.flowshield.demo.traffic.Answers;
import dev.flowshield.demo.traffic.Phase;
import dev.flowshield.demo.traffic.Schedule;

/**
 * What came out of a trial.
 *
 * @param goodput what was served in time in the spike, in percent of what the server can do
 * @param others of the requests in the spike, but for those of the first client, the part that was
 *     served in time, in percent; -1 if there is but one client
 * @param spike what became of the requests of the spike
 * @param served their latencies, where they were served
 * @param quiet the latencies before the spike
 * @param recovery when the server was itself again
 * @param inFlight what was in flight at the end
 * @param onTime the part of the requests that left on time, in percent
 */
record Score(
    Trial trial,
    long goodput,
    long others,
    Tally spike,
    Latencies served,
    Latencies quiet,
    Recovery recovery,
    int inFlight,
    long onTime) {

  /** The columns of {@link #line}. */
  static final Columns COLUMNS = new Columns(
      4,
      "server         ",
      "work     ",
      "traffic",
      "protection    ",
      "goodput %",
      "others %",
      "p50 ms",
      "p99 ms",
      "quiet p99",
      "   503",
      "failed",
      "recovery      ",
      "left",
      "on time %");

  static Score of(Trial trial, Results results, Answers answers, int inFlight) {
    Phase quiet = results.schedule().phases().get(Traffic.QUIET);
    Phase spike = results.schedule().phases().get(Traffic.IN_SPIKE);
    Tally tally = results.tally(spike);
    double capacity = 2 * quiet.perSecond() * (spike.length().toNanos() / 1e9);
    return new Score(
        trial,
        Math.round(100 * tally.of(Outcome.IN_TIME) / capacity),
        others(results.schedule(), spike, answers),
        tally,
        results.served(spike),
        results.served(quiet),
        results.recoveryAfter(spike),
        inFlight,
        (long) (100 * results.leftWithin(Results.ON_TIME)));
  }

  private static long others(Schedule schedule, Phase spike, Answers answers) {
    int all = 0;
    int inTime = 0;
    int end = schedule.firstFrom(schedule.endNanos(spike));
    for (int i = schedule.firstFrom(schedule.startNanos(spike)); i < end; i++) {
      if (schedule.client(i) > 0) {
        all++;
        long latency = answers.answeredAtNanos(i) - schedule.dueNanos(i);
        inTime += answers.status(i) == 200 && latency <= OverloadDemo.DEADLINE.toNanos() ? 1 : 0;
      }
    }
    return all == 0 ? -1 : Math.round(100.0 * inTime / all);
  }

  /** As a line of the table. */
  String line() {
    return COLUMNS.line(
        trial.server().title(),
        trial.work().title(),
        trial.traffic().title(),
        trial.protection().title(),
        goodput,
        others < 0 ? "-" : others,
        served.text(50),
        served.text(99),
        quiet.text(99),
        spike.of(Outcome.SHED),
        spike.of(Outcome.FAILED),
        recovery,
        inFlight,
        onTime);
  }
}
