/**
 * Races of a few threads over one object, run millions of times, with a count of each outcome.
 * Start with {@link dev.flowshield.stress.GrowthStressTest}. The tests of the engine check all
 * interleavings in principle.
 */
@NullMarked
package dev.flowshield.stress;

import org.jspecify.annotations.NullMarked;
