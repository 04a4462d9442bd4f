/**
 * What a run of the benchmarks is written down as, and which promises it keeps. Start with {@link
 * dev.flowshield.benchmarks.report.Verdicts}. Nothing here measures.
 */
@NullMarked
package dev.flowshield.benchmarks.report;

import org.jspecify.annotations.NullMarked;
