/**
 * What the answers are worth: served in time or not, how late, and when the server was itself
 * again. Start with {@link dev.flowshield.demo.result.Results}. How it looks in the browser is not
 * here but in {@code dev.flowshield.demo.report}.
 */
@NullMarked
package dev.flowshield.demo.result;

import org.jspecify.annotations.NullMarked;
