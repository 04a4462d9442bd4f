/**
 * What stands in front of a web application in the benchmarks of HTTP: shields with all of it
 * switched on, and other libraries put to the same job. Nothing here measures.
 */
@NullMarked
package dev.flowshield.benchmarks.http;

import org.jspecify.annotations.NullMarked;
