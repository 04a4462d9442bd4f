package dev.flowshield.checks.overload.measure;

/**
 * All of a simulation, from the first request to the last.
 *
 * @param offered requests that clients had
 * @param attempts attempts that came to the protection, retries among them
 * @param ended attempts whose work has ended, other than by failing
 * @param succeeded requests that had an answer in time
 * @param latencyNanos sum over the attempts that have ended, from when the client sent them
 * @param serverArea the attempts in the server, times how long there were as many, in nanoseconds
 */
public record Totals(
    long offered,
    long attempts,
    long rejected,
    long ended,
    long succeeded,
    double latencyNanos,
    double serverArea) {

  /** Nanoseconds. */
  public double meanLatency() {
    return latencyNanos / ended;
  }
}
