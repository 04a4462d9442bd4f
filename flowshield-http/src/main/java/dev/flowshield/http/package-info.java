/**
 * What all server bindings share: who the client is, which policy applies, and which status, fields and body go back.
 * The shield for requests is the place to start; a binding shows it each request and writes the answer it gets.
 * No server and no HTTP library is known here.
 */
@NullMarked
package dev.flowshield.http;

import org.jspecify.annotations.NullMarked;
