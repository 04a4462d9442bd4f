/**
 * Plots of the results. Start with {@link dev.flowshield.checks.overload.plot.Plots}, which has a
 * method for each plot. Text output is in {@code report}.
 */
@NullMarked
package dev.flowshield.checks.overload.plot;

import org.jspecify.annotations.NullMarked;
