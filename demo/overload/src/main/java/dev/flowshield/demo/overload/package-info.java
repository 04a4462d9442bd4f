/**
 * Servers of four kinds in a spike of traffic, each with the shield and without. Start with
 * {@link dev.flowshield.demo.overload.OverloadDemo}; {@link dev.flowshield.demo.overload.Trial}
 * says what is tried. The servers are not here but in {@code dev.flowshield.demo.overload.server},
 * the clients in {@code dev.flowshield.demo.traffic}.
 */
@NullMarked
package dev.flowshield.demo.overload;

import org.jspecify.annotations.NullMarked;
