/**
 * The permits that a limit has left: words with the algorithm that they belong to, and every CAS
 * loop over a word. Start with {@link dev.flowshield.engine.allowance.Words} for how a word is kept
 * exact, and with {@link dev.flowshield.engine.allowance.Allowances} for how several limits are
 * charged together. Tables of keys are in {@code keyed}; formulas are in {@code rate}.
 */
@NullMarked
package dev.flowshield.engine.allowance;

import org.jspecify.annotations.NullMarked;
