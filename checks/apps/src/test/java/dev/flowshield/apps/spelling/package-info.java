/**
 * Applications of the same frameworks that are asked for paths in all spellings.
 * {@link dev.flowshield.apps.spelling.SpellingsPropertyTest} is the place to start. What they
 * answer does not matter here, only which route has answered and what it was charged.
 */
@NullMarked
package dev.flowshield.apps.spelling;

import org.jspecify.annotations.NullMarked;
