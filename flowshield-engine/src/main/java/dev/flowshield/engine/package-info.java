/**
 * The shield: limits for everyone and for each client, and overload protection.
 */
@NullMarked
package dev.flowshield.engine;

import org.jspecify.annotations.NullMarked;
