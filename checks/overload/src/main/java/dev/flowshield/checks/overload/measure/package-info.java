/**
 * What is counted in a simulation, and what it comes to. Start with {@link
 * dev.flowshield.checks.overload.measure.Result}. What is good enough is not here.
 */
@NullMarked
package dev.flowshield.checks.overload.measure;

import org.jspecify.annotations.NullMarked;
