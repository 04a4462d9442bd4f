/** The interface for modules that add something to a shield. */
@NullMarked
package dev.flowshield.http.spi;

import org.jspecify.annotations.NullMarked;
