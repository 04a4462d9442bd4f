/**
 * The console of a shield: a page, the state of the shield as JSON, and actions of operators.
 * Applications do not call it; the setting {@code console} turns it on.
 */
@NullMarked
package dev.flowshield.console;

import org.jspecify.annotations.NullMarked;
