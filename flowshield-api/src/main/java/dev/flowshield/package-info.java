/**
 * Rate limits and the limiters that decide by them.
 */
@NullMarked
package dev.flowshield;

import org.jspecify.annotations.NullMarked;
