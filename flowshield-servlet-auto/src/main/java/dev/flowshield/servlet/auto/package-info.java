/**
 * Protects a web application that has a configuration for the shield and no code for it.
 * {@link dev.flowshield.servlet.auto.FlowShieldInitializer} is the place to start; the container
 * finds it by itself. What is done to a request is no matter of this package but of
 * {@code dev.flowshield.servlet}.
 */
@NullMarked
package dev.flowshield.servlet.auto;

import org.jspecify.annotations.NullMarked;
