/**
 * The cap on work in flight. {@link dev.flowshield.engine.overload.Gate} gives an admission its
 * slot: {@link dev.flowshield.engine.overload.InFlight} for a fixed cap, {@link
 * dev.flowshield.engine.overload.AdaptiveGate} for one that is found. The latter works in steps:
 * sums over the work that ended, a window of them, the latency of work that waits for nothing, the
 * limit. The rate of each key is in {@code rate} and {@code keyed}.
 */
@NullMarked
package dev.flowshield.engine.overload;

import org.jspecify.annotations.NullMarked;
