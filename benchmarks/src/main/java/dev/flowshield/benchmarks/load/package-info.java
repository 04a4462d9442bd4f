/**
 * Real servers in processes of their own, a client over loopback, and alternating turns of bare and
 * protected servers. Start with {@link dev.flowshield.benchmarks.load.LoadRun}.
 */
@NullMarked
package dev.flowshield.benchmarks.load;

import org.jspecify.annotations.NullMarked;
