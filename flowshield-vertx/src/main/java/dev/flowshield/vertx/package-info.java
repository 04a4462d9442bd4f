/**
 * The shield as a route handler for Vert.x Web. {@link dev.flowshield.vertx.FlowShieldHandler} is
 * the place to start, and all there is to see. What is decided, and what an answer says, is no
 * matter of this package but of {@code dev.flowshield.http}.
 */
@NullMarked
package dev.flowshield.vertx;

import org.jspecify.annotations.NullMarked;
