/**
 * What can be done with a limiter and with a shield, a small class for each question of
 * {@code docs/guide.md}. Start with the page; {@code GuideTest} runs each class on a ticker that it
 * turns by hand, and asserts what the page promises. Whole programs are not here but in
 * {@link dev.flowshield.examples}.
 */
@NullMarked
package dev.flowshield.examples.guide;

import org.jspecify.annotations.NullMarked;
