/**
 * The scenarios of a simulation: the server, its traffic, and their changes. Start with the lists
 * {@link dev.flowshield.checks.overload.scenario.Scenarios}, {@link
 * dev.flowshield.checks.overload.scenario.SharingScenarios} and {@link
 * dev.flowshield.checks.overload.scenario.HarmlessScenarios}. The simulation and its measurements
 * are not here.
 */
@NullMarked
package dev.flowshield.checks.overload.scenario;

import org.jspecify.annotations.NullMarked;
