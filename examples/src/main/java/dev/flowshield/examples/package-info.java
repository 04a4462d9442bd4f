/**
 * Small programs, one for each way to use FlowShield; each shows a rejection. Start with
 * {@link dev.flowshield.examples.EngineExample} or with the program named after your server; each
 * has a {@code main}. The documentation shows the marked parts word for word, and explains them.
 */
@NullMarked
package dev.flowshield.examples;

import org.jspecify.annotations.NullMarked;
