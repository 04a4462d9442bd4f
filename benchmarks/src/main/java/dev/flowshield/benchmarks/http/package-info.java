/**
 * The filters in front of a web application in the HTTP benchmarks: shields with all features, and
 * other libraries for the same task. The benchmarks themselves are not here.
 */
@NullMarked
package dev.flowshield.benchmarks.http;

import org.jspecify.annotations.NullMarked;
