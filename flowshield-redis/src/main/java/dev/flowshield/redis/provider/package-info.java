/** The providers by which the store and its limiter are found. */
@NullMarked
package dev.flowshield.redis.provider;

import org.jspecify.annotations.NullMarked;
