/**
 * The demo: the same spike of traffic against the same server, once as it comes and once with the
 * shield in front. Start with {@link dev.flowshield.demo.Demo}; its numbers stand in
 * {@link dev.flowshield.demo.Scenario}. Nothing of it is published.
 */
@NullMarked
package dev.flowshield.demo;

import org.jspecify.annotations.NullMarked;
