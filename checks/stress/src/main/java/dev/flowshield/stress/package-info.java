/**
 * Races of a few threads over one object, run many million times, each end counted. Start with
 * {@link dev.flowshield.stress.GrowthStressTest}. Which interleavings there are in principle is not
 * here but with the engine's own tests.
 */
@NullMarked
package dev.flowshield.stress;

import org.jspecify.annotations.NullMarked;
