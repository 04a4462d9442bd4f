/**
 * Keys that are blocked for being rejected again and again.
 * {@link dev.flowshield.engine.penalty.Penalties} remembers offenders in bounded memory. What
 * counts as a breach, and what is answered to a blocked key, is not here but with the shield.
 */
@NullMarked
package dev.flowshield.engine.penalty;

import org.jspecify.annotations.NullMarked;
