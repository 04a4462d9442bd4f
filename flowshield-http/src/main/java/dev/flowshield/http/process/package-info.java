/** The process of the shields: its timer, log, class path, heap and processors. */
@NullMarked
package dev.flowshield.http.process;

import org.jspecify.annotations.NullMarked;
