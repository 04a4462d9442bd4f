/**
 * How much work may be in flight. {@link dev.flowshield.engine.overload.Gate} is what an admission
 * asks for a slot: {@link dev.flowshield.engine.overload.InFlight} for a fixed cap,
 * {@link dev.flowshield.engine.overload.AdaptiveGate} for one that is found. What the latter does
 * reads as a line: sums over the work that ended, a window of them, the latency of work that waits
 * for nothing, the limit. How much each key may send is not here but in {@code rate} and
 * {@code keyed}.
 */
@NullMarked
package dev.flowshield.engine.overload;

import org.jspecify.annotations.NullMarked;
