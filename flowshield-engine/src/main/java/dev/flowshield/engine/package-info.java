/**
 * The shield: rate limits by name and a cap on work in flight, joined in one admission, and the
 * rejections. Start with {@link dev.flowshield.engine.FlowShield}. Status codes, headers and client
 * addresses are in the HTTP module.
 */
@NullMarked
package dev.flowshield.engine;

import org.jspecify.annotations.NullMarked;
