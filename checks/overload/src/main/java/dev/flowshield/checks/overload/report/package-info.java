/**
 * What is printed. Start with {@link dev.flowshield.checks.overload.report.Trial}, a row. What is
 * good enough is not here.
 */
@NullMarked
package dev.flowshield.checks.overload.report;

import org.jspecify.annotations.NullMarked;
