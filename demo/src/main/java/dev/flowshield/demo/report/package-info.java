/**
 * The results as pictures and as a page for the browser, and the banner of the project. Start with
 * {@link dev.flowshield.demo.report.Report}. Measurements are not here.
 */
@NullMarked
package dev.flowshield.demo.report;

import org.jspecify.annotations.NullMarked;
