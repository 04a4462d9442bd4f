/**
 * The rules for code and modules. Start with {@link
 * dev.flowshield.architecture.LayersArchitectureTest}. Each rule has a test that it holds, and a
 * test that it finds a class with a deliberate violation. Those classes are in packages named
 * {@code fixture}.
 */
@NullMarked
package dev.flowshield.architecture;

import org.jspecify.annotations.NullMarked;
