/** Requests while they are decided and while they are in flight. */
@NullMarked
package dev.flowshield.http.watch;

import org.jspecify.annotations.NullMarked;
