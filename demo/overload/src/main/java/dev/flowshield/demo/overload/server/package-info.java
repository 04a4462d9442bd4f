/**
 * A server in a process of its own, and its work. Start with {@link
 * dev.flowshield.demo.overload.server.ServerMain}, which is that process, and {@link
 * dev.flowshield.demo.overload.server.ServerProcess}, which starts it. The clients are not here.
 */
@NullMarked
package dev.flowshield.demo.overload.server;

import org.jspecify.annotations.NullMarked;
