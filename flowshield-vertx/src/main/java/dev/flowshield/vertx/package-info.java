/**
 * The binding to Vert.x Web. Start with {@link dev.flowshield.vertx.FlowShieldHandler}, the only
 * public class. The decisions and responses are made in {@code dev.flowshield.http}.
 */
@NullMarked
package dev.flowshield.vertx;

import org.jspecify.annotations.NullMarked;
