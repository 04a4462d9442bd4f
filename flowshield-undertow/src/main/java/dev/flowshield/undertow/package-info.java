/**
 * The binding to Undertow. Start with {@link dev.flowshield.undertow.FlowShieldHandler}. The
 * decisions and responses are made in {@code dev.flowshield.http}.
 */
@NullMarked
package dev.flowshield.undertow;

import org.jspecify.annotations.NullMarked;
