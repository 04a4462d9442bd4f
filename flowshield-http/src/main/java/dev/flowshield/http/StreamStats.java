package dev.flowshield.http;

/**
 * The streams of a shield, such as event streams and web sockets.
 *
 * @param open how many are open at this moment; they are not in flight
 * @param overLimit requests rejected, or streams cut off, because their client had as many open
 *     as {@link HttpShieldBuilder.Streams#mostPerClient} lets it
 * @param shed requests rejected, or streams cut off, because all clients had as many open as
 *     {@link HttpShieldBuilder.Streams#most} lets them
 */
public record StreamStats(int open, long overLimit, long shed) {}
