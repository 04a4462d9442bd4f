/**
 * One limit on one word: the formulas, and the loop that steps a word under contention. Start with {@link
 * dev.flowshield.engine.rate.Gcra} for what is computed and {@link dev.flowshield.engine.rate.Slots} for how it is kept exact. Many
 * keys are not here but in {@code keyed}.
 */
@NullMarked
package dev.flowshield.engine.rate;

import org.jspecify.annotations.NullMarked;
