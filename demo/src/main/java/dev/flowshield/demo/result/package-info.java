/**
 * The evaluation of responses: served in time or not, their latency, and the recovery of the
 * server. Start with {@link dev.flowshield.demo.result.Results}. The page for the browser is in
 * {@code dev.flowshield.demo.report}.
 */
@NullMarked
package dev.flowshield.demo.result;

import org.jspecify.annotations.NullMarked;
