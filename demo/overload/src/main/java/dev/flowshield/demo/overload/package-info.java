/**
 * Servers of four kinds in two spikes of traffic, with the shield, with other protections and
 * without. Start with {@link dev.flowshield.demo.overload.OverloadDemo}; {@link
 * dev.flowshield.demo.overload.Trial} lists the trials. The servers are in {@code
 * dev.flowshield.demo.overload.server}, the clients in {@code dev.flowshield.demo.overload.load}.
 */
@NullMarked
package dev.flowshield.demo.overload;

import org.jspecify.annotations.NullMarked;
