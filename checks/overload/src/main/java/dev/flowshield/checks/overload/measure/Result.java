package dev.flowshield.checks.overload.measure;

import java.util.List;

/**
 * What came of one scenario, seed and protection. Latencies are milliseconds, other times seconds.
 * NaN where a number means nothing in the scenario; infinite for "never".
 *
 * @param goodput answers in time, of those that the server could have given
 * @param p50 of the admitted attempts that ended in the measured time
 * @param convergence from the step up to the first second in which goodput is .9 and p90 at most 3
 *     times that of quiet times
 * @param recovery from the step back to the first second in which at most .1 % are rejected and p90
 *     is at most 2.5 times that of quiet times
 * @param falseRejections rejections before the overload, for each request
 * @param goodAfter of the requests from 2 s after the step back, those that had an answer in time
 * @param topRejected of the critical attempts, those that were rejected
 * @param victims of the requests of clients that are not abusive, those that had an answer in time
 * @param jain index of fairness over the answers in time of each client: 1 if all have as many
 * @param largestLimit of the protection, if it says
 * @param limitSlope how much the limit grows from the middle of the overload to its end, as a share
 *     of its mean
 * @param harm the rejections, judged as if each of them was wrong
 * @param seconds one after the other, to the end of the traffic
 */
public record Result(
    double goodput,
    double p50,
    double p99,
    double unloadedP99,
    double convergence,
    double recovery,
    double falseRejections,
    double goodAfter,
    double topRejected,
    double victims,
    double jain,
    double largestLimit,
    double limitSlope,
    Totals totals,
    Harm harm,
    List<Second> seconds) {

  /** Keeps a copy. */
  public Result {
    seconds = List.copyOf(seconds);
  }

  /** How many times as long the slow requests take as in quiet times. */
  public double p99Ratio() {
    return p99 / unloadedP99;
  }
}
