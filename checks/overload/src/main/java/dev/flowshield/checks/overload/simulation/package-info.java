/**
 * The overloaded server in virtual time. Start with {@link
 * dev.flowshield.checks.overload.simulation.Simulation}. {@link
 * dev.flowshield.checks.overload.simulation.Protection} is the interface of the compared
 * protections. The scenarios are not here.
 */
@NullMarked
package dev.flowshield.checks.overload.simulation;

import org.jspecify.annotations.NullMarked;
