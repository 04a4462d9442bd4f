/**
 * Keys that are blocked for being rejected again and again. {@link
 * dev.flowshield.engine.penalty.Penalties} remembers offenders in bounded memory. The meaning of a
 * breach, and how a blocked key is rejected, is not here but with the shield.
 */
@NullMarked
package dev.flowshield.engine.penalty;

import org.jspecify.annotations.NullMarked;
