/**
 * The page of a rejection as a browser shows it. {@link dev.flowshield.browser.BusyPageTest} is the
 * place to start. What the page does at which moment is tested by hand-turned time in
 * flowshield-http; here a real browser judges its policy, its script and its looks.
 */
@NullMarked
package dev.flowshield.browser;

import org.jspecify.annotations.NullMarked;
