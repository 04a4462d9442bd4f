/**
 * The requests of the clients, their times, and the responses. Start with {@link
 * dev.flowshield.demo.traffic.Schedule}, which has the time of each request, and {@link
 * dev.flowshield.demo.traffic.OpenLoopClients}, which sends them. The responses are evaluated in
 * {@code dev.flowshield.demo.result}.
 */
@NullMarked
package dev.flowshield.demo.traffic;

import org.jspecify.annotations.NullMarked;
