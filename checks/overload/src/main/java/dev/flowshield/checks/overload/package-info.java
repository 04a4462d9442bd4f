/**
 * A comparison of protections on an overloaded server, in virtual time. Start with {@link
 * dev.flowshield.checks.overload.OverloadChecks}, which runs scenarios and prints a table. Real
 * servers are in the benchmarks.
 */
@NullMarked
package dev.flowshield.checks.overload;

import org.jspecify.annotations.NullMarked;
