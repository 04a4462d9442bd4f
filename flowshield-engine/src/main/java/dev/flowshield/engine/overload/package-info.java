/**
 * How much work may be in flight. {@link dev.flowshield.engine.overload.Gate} is what an admission
 * asks for a place; {@link dev.flowshield.engine.overload.InFlight}, a fixed cap, is the only one
 * so far. How much each key may send is not here but in {@code rate} and {@code keyed}.
 */
@NullMarked
package dev.flowshield.engine.overload;

import org.jspecify.annotations.NullMarked;
