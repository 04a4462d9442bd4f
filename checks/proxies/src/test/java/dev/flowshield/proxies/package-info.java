/**
 * Clients behind two proxies in a row, over sockets. {@link dev.flowshield.proxies.TwoHopsContract}
 * is the place to start. How a header is read is tested in flowshield-http; here real proxies write
 * it.
 */
@NullMarked
package dev.flowshield.proxies;

import org.jspecify.annotations.NullMarked;
