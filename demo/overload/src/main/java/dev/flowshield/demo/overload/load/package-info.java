/**
 * The clients that send a load to a server, and their report. Start with {@link
 * dev.flowshield.demo.overload.load.ClientChoice}, which picks a client, and {@link
 * dev.flowshield.demo.overload.load.LoadReport}. The most precise client is {@code
 * src/main/c/openload.c}.
 */
@NullMarked
package dev.flowshield.demo.overload.load;

import org.jspecify.annotations.NullMarked;
