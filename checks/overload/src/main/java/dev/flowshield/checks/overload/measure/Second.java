package dev.flowshield.checks.overload.measure;

/**
 * One second of a run.
 *
 * @param offered the requests of clients
 * @param good the responses in time
 * @param p99 the 99th percentile of the admitted attempts that ended in this second, in
 *     milliseconds; NaN if no attempt did
 */
public record Second(long offered, long good, double p99) {}
