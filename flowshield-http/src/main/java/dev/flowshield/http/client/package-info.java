/**
 * Clients: their addresses, from the connection or from a trusted proxy, and the keys that count
 * them. {@link dev.flowshield.http.client.IpAddress} is the place to start, then
 * {@link dev.flowshield.http.client.TrustedProxies}. Nothing here looks up a name.
 */
@NullMarked
package dev.flowshield.http.client;

import org.jspecify.annotations.NullMarked;
