/**
 * What happens in a simulation: the server, its traffic, and when they change. Start with {@link
 * dev.flowshield.checks.overload.scenario.Scenarios}, {@link
 * dev.flowshield.checks.overload.scenario.SharingScenarios} and {@link
 * dev.flowshield.checks.overload.scenario.HarmlessScenarios}, the lists. How it is run and judged
 * is not here.
 */
@NullMarked
package dev.flowshield.checks.overload.scenario;

import org.jspecify.annotations.NullMarked;
