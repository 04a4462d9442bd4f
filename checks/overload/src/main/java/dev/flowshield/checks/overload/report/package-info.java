/**
 * The printed tables. Start with {@link dev.flowshield.checks.overload.report.Trial}, a row.
 * Required values are not here.
 */
@NullMarked
package dev.flowshield.checks.overload.report;

import org.jspecify.annotations.NullMarked;
