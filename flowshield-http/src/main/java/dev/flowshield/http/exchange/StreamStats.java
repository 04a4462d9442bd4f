package dev.flowshield.http.exchange;

/**
 * The streams of a shield, such as event streams and web sockets.
 *
 * @param open the current number of open streams, which are not in flight
 * @param overLimit the requests that were rejected, and the streams that were cut off, by {@link
 *     dev.flowshield.http.HttpShieldBuilder.Streams#mostPerClient}
 * @param shed the requests that were rejected, and the streams that were cut off, by {@link
 *     dev.flowshield.http.HttpShieldBuilder.Streams#most}
 */
public record StreamStats(int open, long overLimit, long shed) {}
