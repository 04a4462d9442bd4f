package dev.flowshield.checks.overload.measure;

import java.util.List;

/**
 * The result of one scenario, seed and protection. Latencies are in milliseconds, other times in
 * seconds. NaN if a number has no meaning in the scenario; infinite for "never".
 *
 * @param goodput the responses in time, as a share of those that the server could have given
 * @param p50 the median latency of the admitted attempts that ended in the measured time
 * @param convergence the time from the step up to the first second in which goodput is .9 and p90
 *     at most 3 times that of quiet times
 * @param recovery the time from the step back to the first second in which at most .1 % are
 *     rejected and p90 is at most 2.5 times that of quiet times
 * @param falseRejections the rejections before the overload, for each request
 * @param goodAfter the share of requests with a response in time, from 2 s after the step back
 * @param topRejected the share of critical attempts that were rejected
 * @param victims the share of requests with a response in time, of clients that are not abusive
 * @param jain the index of fairness over the responses in time of each client: 1 if all have
 *     equally many
 * @param largestLimit the largest limit of the protection, if it reports one
 * @param limitSlope the growth of the limit from the middle of the overload to its end, as a share
 *     of its mean
 * @param harm the rejections, if each of them counts as wrong
 * @param seconds the seconds in order, to the end of the traffic
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

  /** Creates a result with a copy of the list. */
  public Result {
    seconds = List.copyOf(seconds);
  }

  /** Returns the ratio of the 99th percentile to that of quiet times. */
  public double p99Ratio() {
    return p99 / unloadedP99;
  }
}
