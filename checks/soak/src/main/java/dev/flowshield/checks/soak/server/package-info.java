/**
 * Servers of four kinds with one application behind the shield. Start with {@link
 * dev.flowshield.checks.soak.server.Ending}, which lists the ways in which a request ends, and with
 * {@link dev.flowshield.checks.soak.server.ServerKind}. Clients are not here.
 */
@NullMarked
package dev.flowshield.checks.soak.server;

import org.jspecify.annotations.NullMarked;
