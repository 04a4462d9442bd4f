/**
 * The compared protections: the limit of the engine, other libraries, and no protection. Start with
 * {@link dev.flowshield.checks.overload.peers.Contenders}. The scenarios are not here.
 */
@NullMarked
package dev.flowshield.checks.overload.peers;

import org.jspecify.annotations.NullMarked;
