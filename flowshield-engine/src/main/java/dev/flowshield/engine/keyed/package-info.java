/**
 * An allowance for each of many keys: the bounded key table. Start with
 * {@link dev.flowshield.engine.keyed.KeyTable}. How a word is kept exact is not here but in
 * {@code allowance}; its meaning is in {@code rate}.
 */
@NullMarked
package dev.flowshield.engine.keyed;

import org.jspecify.annotations.NullMarked;
