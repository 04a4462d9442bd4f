/**
 * What users of a limiter see: the limit, the limiter, its answer and the time it goes by. Start
 * with {@link dev.flowshield.RateLimiter}. How limits are kept is not here but in the engine, and
 * nothing here knows HTTP.
 */
@NullMarked
package dev.flowshield;

import org.jspecify.annotations.NullMarked;
