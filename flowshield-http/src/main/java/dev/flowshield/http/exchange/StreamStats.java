package dev.flowshield.http.exchange;

/**
 * The streams of a shield, such as event streams and web sockets.
 *
 * @param open the current number of open streams, which are not in flight
 * @param overLimit the requests that were rejected, and the streams that were cut off, by {@link
 *     dev.flowshield.http.HttpShieldBuilder#streamsPerClient}
 * @param shed the requests that were rejected, and the streams that were cut off, by {@link
 *     dev.flowshield.http.HttpShieldBuilder#streams}
 */
public record StreamStats(int open, long overLimit, long shed) {}
