/**
 * What a client is: the address at the other end of its connection, or the one that a trusted proxy
 * names, turned into the key that its requests are counted under.
 * {@link dev.flowshield.http.client.IpAddress} is the place to start, then
 * {@link dev.flowshield.http.client.TrustedProxies}. Nothing here looks up a name, or knows of
 * requests beyond the values of their headers.
 */
@NullMarked
package dev.flowshield.http.client;

import org.jspecify.annotations.NullMarked;
