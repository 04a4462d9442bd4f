/**
 * How much work may be in flight. {@link dev.flowshield.engine.overload.InFlight} counts it against
 * a fixed cap. How much each key may send is not here but in {@code rate} and {@code keyed}.
 */
@NullMarked
package dev.flowshield.engine.overload;

import org.jspecify.annotations.NullMarked;
