/**
 * The shield as a handler for Undertow. {@link dev.flowshield.undertow.FlowShieldHandler} is the
 * place to start, and nearly all there is to see. What is decided, and what an answer says, is no
 * matter of this package but of {@code dev.flowshield.http}.
 */
@NullMarked
package dev.flowshield.undertow;

import org.jspecify.annotations.NullMarked;
