/**
 * The shield: rate limits by name and a cap on work in flight, joined in one admission; and what
 * happens to requests that it rejects. Start with {@link dev.flowshield.engine.FlowShield}. Status
 * codes, fields and client addresses are not here but in the HTTP module.
 */
@NullMarked
package dev.flowshield.engine;

import org.jspecify.annotations.NullMarked;
