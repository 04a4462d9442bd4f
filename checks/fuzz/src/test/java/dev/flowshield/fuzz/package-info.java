/**
 * All that reads text which others write, fed with hostile text: one class for each kind of text.
 * {@link dev.flowshield.fuzz.Trial} is the place to start. Seeds, and inputs that once failed, are
 * in a folder of the resources beside each class; what a fuzzer finds in between is not kept here.
 */
@NullMarked
package dev.flowshield.fuzz;

import org.jspecify.annotations.NullMarked;
