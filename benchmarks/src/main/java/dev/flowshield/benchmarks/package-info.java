/**
 * The cost of a check, compared with floors and other libraries measured in the same run. Start
 * with {@link dev.flowshield.benchmarks.Benchmarks}, which runs all suites. Nothing here is a test:
 * no build fails because of a number.
 */
@NullMarked
package dev.flowshield.benchmarks;

import org.jspecify.annotations.NullMarked;
