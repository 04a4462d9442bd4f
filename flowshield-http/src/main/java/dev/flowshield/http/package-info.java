/**
 * The shield that all server bindings share: it identifies the client, decides whether its request
 * may run, and creates the response if not. {@link dev.flowshield.http.HttpShield} is the place to
 * start. This package knows no server and no HTTP library; {@code dev.flowshield.engine} keeps the
 * limits.
 */
@NullMarked
package dev.flowshield.http;

import org.jspecify.annotations.NullMarked;
