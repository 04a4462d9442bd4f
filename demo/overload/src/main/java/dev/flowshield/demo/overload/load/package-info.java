/**
 * The clients that send a load to a server, and the report of what became of it. Start with
 * {@link dev.flowshield.demo.overload.load.ClientChoice}, which picks a client, and
 * {@link dev.flowshield.demo.overload.load.LoadReport}. The client that measures best is not here
 * but in {@code src/main/c/openload.c}.
 */
@NullMarked
package dev.flowshield.demo.overload.load;

import org.jspecify.annotations.NullMarked;
