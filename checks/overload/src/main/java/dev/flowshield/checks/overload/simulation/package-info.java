/**
 * The overloaded server in virtual time. Start with {@link
 * dev.flowshield.checks.overload.simulation.Simulation}; {@link
 * dev.flowshield.checks.overload.simulation.Protection} is what is tried on it. Which scenarios
 * there are is not here.
 */
@NullMarked
package dev.flowshield.checks.overload.simulation;

import org.jspecify.annotations.NullMarked;
