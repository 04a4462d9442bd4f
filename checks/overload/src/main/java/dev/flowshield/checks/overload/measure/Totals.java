package dev.flowshield.checks.overload.measure;

/**
 * The totals of a simulation, from the first request to the last.
 *
 * @param offered the requests of clients
 * @param attempts the attempts that reached the protection, including retries
 * @param ended the attempts whose work has ended without failing
 * @param succeeded the requests with a response in time
 * @param latencyNanos the sum over the ended attempts, from the sending by the client
 * @param serverArea the integral over time of the number of attempts in the server, in nanoseconds
 */
public record Totals(
    long offered,
    long attempts,
    long rejected,
    long ended,
    long succeeded,
    double latencyNanos,
    double serverArea) {

  /** Returns the mean latency, in nanoseconds. */
  public double meanLatency() {
    return latencyNanos / ended;
  }
}
