/**
 * The types that only authors of bindings need: the request as a shield sees it, the progress of
 * its work, and the wait for a thread of the server.
 */
@NullMarked
package dev.flowshield.http.binding;

import org.jspecify.annotations.NullMarked;
