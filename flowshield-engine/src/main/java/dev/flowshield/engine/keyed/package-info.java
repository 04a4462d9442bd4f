/**
 * One limit for many keys: the bounded key table and the limiter on top of it. Start with {@link
 * dev.flowshield.engine.keyed.KeyTable}. What a word means is not here but in {@code rate}.
 */
@NullMarked
package dev.flowshield.engine.keyed;

import org.jspecify.annotations.NullMarked;
