package dev.flowshield.checks.overload.scenario;

/**
 * The part of the work that needs processors.
 *
 * @param isShared true if all work inside shares the processors, of which there are as many as
 *     workers; false if each worker does one piece of work after the other
 * @param processors the number that the process is told
 * @param share the part of a worker's time in which it computes and does not wait
 * @param nanosOfEach the processor time of each admitted request beside its work
 */
public record Computing(boolean isShared, int processors, double share, double nanosOfEach) {}
