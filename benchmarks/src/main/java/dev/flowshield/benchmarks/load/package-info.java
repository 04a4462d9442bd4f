/**
 * Real servers in processes of their own, a client over loopback, and turns of bare and protected
 * servers side by side. Start with {@link dev.flowshield.benchmarks.load.LoadRun}.
 */
@NullMarked
package dev.flowshield.benchmarks.load;

import org.jspecify.annotations.NullMarked;
