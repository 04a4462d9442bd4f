package dev.flowshield.http.client;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client behind trusted proxies.
 *
 * <p>The addresses in the header are parsed from the last to the first. The proxy that is connected
 * to the server wrote the last one, the proxy before it the one before. The first address that is
 * not a trusted proxy is the client. The addresses before it came from the client and are ignored.
 * If an entry is not an address, the address after it counts, because the request came from there.
 *
 * <p>Immutable. Parses at most {@value ForwardedHops#MOST} addresses and {@value
 * ForwardedHops#MOST_TEXT} characters, in linear time.
 */
public final class TrustedProxies {

  /** The most proxies in a row. */
  public static final int MOST_HOPS = ForwardedHops.MOST;

  private final Networks trusted;
  private final ForwardingHeader header;
  private final int hops; // the number of proxies; 0 if they are known by their networks

  private TrustedProxies(Networks trusted, ForwardingHeader header, int hops) {
    this.trusted = trusted;
    this.header = header;
    this.hops = hops;
  }

  /** Returns proxies that are known by their networks. */
  public static TrustedProxies in(Networks networks, ForwardingHeader header) {
    return new TrustedProxies(networks, header, 0);
  }

  /**
   * Returns a number of proxies in a row, at any addresses. The client is that entry of the header,
   * counted from the last. Only for a server that is unreachable except through all of them.
   *
   * @throws IllegalArgumentException if the number is not 1 to {@value ForwardedHops#MOST}
   */
  public static TrustedProxies hops(int hops, ForwardingHeader header) {
    if (hops < 1 || hops > MOST_HOPS) {
      throw new IllegalArgumentException("trustedHops must be 1 to " + MOST_HOPS + ", got " + hops
          + ": count the proxies between the clients and this server");
    }
    return new TrustedProxies(Networks.NONE, header, hops);
  }

  /** Returns whether a peer is a trusted proxy. */
  public boolean trusts(@Nullable IpAddress peer) {
    return hops > 0 || (peer != null && trusted.contains(peer));
  }

  /** Returns whether the proxies are counted, and not known by their networks. */
  public boolean areCounted() {
    return hops > 0;
  }

  /** Returns the name of the header that the proxies write. */
  public String header() {
    return header.name();
  }

  /** Returns the networks that are too large to be the proxies of one operator. */
  public List<String> broad() {
    return trusted.broad();
  }

  /**
   * Returns the client of a request; null if it is unknown.
   *
   * @param peer null if it has no IP address, as on a Unix socket; it is then trusted only if the
   *     proxies are counted
   * @param headers returns the values of a request header, in the order of their lines
   */
  public @Nullable IpAddress clientOf(
      @Nullable IpAddress peer, Function<String, List<String>> headers) {
    if (!trusts(peer)) {
      return peer;
    }
    ForwardedHops entries = header.hops(headers.apply(header.name()));
    @Nullable IpAddress last = peer;
    int most = hops == 0 ? ForwardedHops.MOST : hops;
    for (int i = 0; i < most; i++) {
      @Nullable IpAddress next = entries.next();
      if (next == null) {
        return hops == 0 ? last : peer;
      }
      last = next;
      if (hops == 0 && !trusted.contains(next)) {
        return next;
      }
    }
    return last;
  }

  /** Returns a description, as in {@code X-Forwarded-For from 10.0.0.0/8}. */
  @Override
  public String toString() {
    return hops == 0 ? header + " from " + trusted : header + " of " + hops + " proxies in a row";
  }
}
