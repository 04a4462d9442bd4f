/**
 * What an algorithm or a store of its own has to provide to become a rate limiter.
 */
@NullMarked
package dev.flowshield.spi;

import org.jspecify.annotations.NullMarked;
