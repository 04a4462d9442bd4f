/**
 * A server in a process of its own, and the work that it does. Start with
 * {@link dev.flowshield.demo.overload.server.ServerMain}, which is that process, and
 * {@link dev.flowshield.demo.overload.server.ServerProcess}, which starts it. Nothing is sent from
 * here.
 */
@NullMarked
package dev.flowshield.demo.overload.server;

import org.jspecify.annotations.NullMarked;
