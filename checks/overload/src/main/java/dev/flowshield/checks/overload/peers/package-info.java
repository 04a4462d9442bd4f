/**
 * What is tried on the server: the cap of the engine, other libraries, and nothing at all. Start
 * with {@link dev.flowshield.checks.overload.peers.Contenders}. What they are tried on is not here.
 */
@NullMarked
package dev.flowshield.checks.overload.peers;

import org.jspecify.annotations.NullMarked;
