/**
 * The protection of a web application that configures the shield but has no code for it. Start with
 * {@link dev.flowshield.servlet.auto.FlowShieldInitializer}, which the container finds. Requests
 * are handled in {@code dev.flowshield.servlet}.
 */
@NullMarked
package dev.flowshield.servlet.auto;

import org.jspecify.annotations.NullMarked;
