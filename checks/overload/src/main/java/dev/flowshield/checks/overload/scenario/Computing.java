package dev.flowshield.checks.overload.scenario;

/**
 * How the process uses processors.
 *
 * @param isShared whether all work inside shares the processors, of which there are as many as
 *     workers; else each worker takes one piece of work after the other
 * @param processors how many the process has
 * @param share how much of a worker's time it computes; the rest of it waits
 * @param nanosOfEach what each admitted request computes beside its work
 */
public record Computing(boolean isShared, int processors, double share, double nanosOfEach) {}
