/**
 * The shield as a filter for Jakarta Servlet containers.
 * {@link dev.flowshield.servlet.FlowShieldFilter} is the place to start, and all there is to see.
 * What is decided, and what an answer says, is no matter of this package but of
 * {@code dev.flowshield.http}.
 */
@NullMarked
package dev.flowshield.servlet;

import org.jspecify.annotations.NullMarked;
