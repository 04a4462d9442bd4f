package dev.flowshield.http.client;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client behind proxies that are trusted.
 *
 * <p>The addresses in the header are read from the last to the first: the last was written by the
 * proxy that is connected to us, the one before it by the proxy before that. The first that is no
 * trusted proxy is the client; what stands before it came from the client and says nothing. Where
 * something else than an address stands, the address behind it counts: the request comes from there
 * at least.
 *
 * <p>Immutable. Looks at {@value ForwardedHops#MOST} addresses and {@value ForwardedHops#MOST_TEXT}
 * characters at most, in linear time.
 */
public final class TrustedProxies {

  /** The most proxies in a row. */
  public static final int MOST_HOPS = ForwardedHops.MOST;

  private final Networks trusted;
  private final ForwardingHeader header;
  private final int hops; // how many proxies there are; 0 if they are known by their networks

  private TrustedProxies(Networks trusted, ForwardingHeader header, int hops) {
    this.trusted = trusted;
    this.header = header;
    this.hops = hops;
  }

  /** Proxies that are known by their networks. */
  public static TrustedProxies in(Networks networks, ForwardingHeader header) {
    return new TrustedProxies(networks, header, 0);
  }

  /**
   * So many proxies in a row, wherever they are: the client is that entry of the header, from the
   * last. Only for a server that none can reach but through all of them.
   *
   * @throws IllegalArgumentException if it is not 1 to {@value ForwardedHops#MOST}
   */
  public static TrustedProxies hops(int hops, ForwardingHeader header) {
    if (hops < 1 || hops > MOST_HOPS) {
      throw new IllegalArgumentException("trustedHops must be 1 to " + MOST_HOPS + ", got " + hops
          + ": count the proxies between the clients and this server");
    }
    return new TrustedProxies(Networks.NONE, header, hops);
  }

  /** Whether a peer is one of them. */
  public boolean trusts(@Nullable IpAddress peer) {
    return hops > 0 || (peer != null && trusted.contains(peer));
  }

  /** Whether they are counted, and not known by their networks. */
  public boolean areCounted() {
    return hops > 0;
  }

  /** The name of the header that they write. */
  public String header() {
    return header.name();
  }

  /** Those networks that are too large to be the proxies of one operator. */
  public List<String> broad() {
    return trusted.broad();
  }

  /**
   * The client of a request; null if it is not known.
   *
   * @param peer null if it has no IP address, as on a Unix socket; only proxies that are counted
   *     are believed there
   * @param headers the values of a request header, in the order in which they came
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

  /** As in {@code X-Forwarded-For from 10.0.0.0/8}. */
  @Override
  public String toString() {
    return hops == 0 ? header + " from " + trusted : header + " of " + hops + " proxies in a row";
  }
}
