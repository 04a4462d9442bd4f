package dev.flowshield.checks.overload.measure;

/**
 * One second of a run.
 *
 * @param offered requests that clients had
 * @param good answers in time
 * @param p99 of the admitted attempts that ended in it, in milliseconds; NaN if none did
 */
public record Second(long offered, long good, double p99) {}
