/**
 * A small program for each way in, each of which shows what a rejection looks like. Start with
 * {@link dev.flowshield.examples.EngineExample} or with the one named after your server; each has a
 * {@code main}. The marked parts stand in the documentation word for word, so what is said about
 * them stands there and not here.
 */
@NullMarked
package dev.flowshield.examples;

import org.jspecify.annotations.NullMarked;
