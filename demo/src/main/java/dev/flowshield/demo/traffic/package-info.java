/**
 * What the clients send, when, and what comes back. Start with
 * {@link dev.flowshield.demo.traffic.Schedule}, which says when each request is due, and
 * {@link dev.flowshield.demo.traffic.OpenLoopClients}, which sends them. What the answers are worth
 * is not judged here but in {@code dev.flowshield.demo.result}.
 */
@NullMarked
package dev.flowshield.demo.traffic;

import org.jspecify.annotations.NullMarked;
