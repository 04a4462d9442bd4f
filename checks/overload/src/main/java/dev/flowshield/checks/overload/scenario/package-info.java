/**
 * What happens in a simulation: the server, its traffic, and when they change. Start with {@link
 * dev.flowshield.checks.overload.scenario.Scenarios}, the list. How it is run and judged is not
 * here.
 */
@NullMarked
package dev.flowshield.checks.overload.scenario;

import org.jspecify.annotations.NullMarked;
