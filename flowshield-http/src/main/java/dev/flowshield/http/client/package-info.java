/**
 * What a client is: the address at the other end of its connection, turned into the key that its
 * requests are counted under. {@link dev.flowshield.http.client.IpAddress} is the place to start,
 * and all there is to see. Nothing here looks up a name, or believes what a request says about
 * itself.
 */
@NullMarked
package dev.flowshield.http.client;

import org.jspecify.annotations.NullMarked;
