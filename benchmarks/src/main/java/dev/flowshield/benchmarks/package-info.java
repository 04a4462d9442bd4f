/**
 * What a check costs, against floors and other libraries measured in the same run. Start with
 * {@link dev.flowshield.benchmarks.Benchmarks}, which runs all of it. Nothing here is a test: no
 * build fails for a number.
 */
@NullMarked
package dev.flowshield.benchmarks;

import org.jspecify.annotations.NullMarked;
