/**
 * The names by which the store and its limiter are found. What they make is in
 * {@code dev.flowshield.redis}.
 */
@NullMarked
package dev.flowshield.redis.provider;

import org.jspecify.annotations.NullMarked;
