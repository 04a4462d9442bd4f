/**
 * The measurements of a simulation and their results. Start with {@link
 * dev.flowshield.checks.overload.measure.Result}. Required values are not here.
 */
@NullMarked
package dev.flowshield.checks.overload.measure;

import org.jspecify.annotations.NullMarked;
