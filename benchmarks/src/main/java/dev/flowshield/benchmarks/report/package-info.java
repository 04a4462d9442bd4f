/**
 * The report of a run of the benchmarks, and the promises that it checks. Start with {@link
 * dev.flowshield.benchmarks.report.Verdicts}. Nothing here measures.
 */
@NullMarked
package dev.flowshield.benchmarks.report;

import org.jspecify.annotations.NullMarked;
