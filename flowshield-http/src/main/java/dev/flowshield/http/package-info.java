/**
 * What all server bindings share: which client it is, whether its request may run, and which
 * status, headers and body go back if not. {@link dev.flowshield.http.HttpShield} is the place to
 * start; a binding shows it each request and writes the answer it gets. No server and no HTTP
 * library is known here, and the limits themselves are kept in {@code dev.flowshield.engine}.
 */
@NullMarked
package dev.flowshield.http;

import org.jspecify.annotations.NullMarked;
