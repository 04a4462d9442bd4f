/**
 * The formulas: a limit as a pure step from word to word. Start with
 * {@link dev.flowshield.engine.rate.Gcra}. How a word is kept exact under contention is not here
 * but in {@code allowance}.
 */
@NullMarked
package dev.flowshield.engine.rate;

import org.jspecify.annotations.NullMarked;
