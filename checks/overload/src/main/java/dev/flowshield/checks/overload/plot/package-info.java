/**
 * Pictures of the results. Start with {@link dev.flowshield.checks.overload.plot.Plots}, which has
 * one method for each picture. Numbers as text are not here but in {@code report}.
 */
@NullMarked
package dev.flowshield.checks.overload.plot;

import org.jspecify.annotations.NullMarked;
