/**
 * The rules of the code and of the modules. Start with
 * {@link dev.flowshield.architecture.LayersArchitectureTest}; each rule has a test that it holds,
 * and one that it finds a class which breaks it on purpose. Those classes are not here but in the
 * packages named {@code fixture}.
 */
@NullMarked
package dev.flowshield.architecture;

import org.jspecify.annotations.NullMarked;
