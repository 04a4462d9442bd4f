/**
 * The demo: the same spike of traffic against the same server, without and with the shield. Start
 * with {@link dev.flowshield.demo.Demo}; {@link dev.flowshield.demo.Scenario} has its numbers.
 * Nothing here is published.
 */
@NullMarked
package dev.flowshield.demo;

import org.jspecify.annotations.NullMarked;
