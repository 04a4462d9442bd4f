/**
 * One shop, written for four frameworks in their own idioms, and browsed whole with and without the
 * shield. {@link dev.flowshield.apps.AppContract} is the place to start, {@link
 * dev.flowshield.apps.Browsing} lists the routes. Answers to odd requests are no matter of this
 * package but of the tests of each binding.
 */
@NullMarked
package dev.flowshield.apps;

import org.jspecify.annotations.NullMarked;
