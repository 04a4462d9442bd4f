/** Streams: how requests announce them, and how many are open. */
@NullMarked
package dev.flowshield.http.stream;

import org.jspecify.annotations.NullMarked;
