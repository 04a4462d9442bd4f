package dev.flowshield.http;

import dev.flowshield.http.client.IpAddress;
import dev.flowshield.http.client.TrustedProxies;
import org.jspecify.annotations.Nullable;

/**
 * Where the address of a request's client comes from, and the key that it is counted under.
 *
 * <p>Immutable.
 *
 * @param fromContainer whether the address is what the server says, not the peer's
 * @param proxies which proxies are believed; null if none is
 * @param ipv6Prefix how many bits of an IPv6 address stand for a client
 */
record ClientAddress(boolean fromContainer, @Nullable TrustedProxies proxies, int ipv6Prefix) {

  /** The peer itself. */
  static final ClientAddress OF_PEER = new ClientAddress(false, null, IpAddress.USUAL_PREFIX);

  /** The client's address; null if it is not known. */
  @Nullable
  IpAddress of(RequestView request) {
    String text = nearest(request);
    IpAddress nearest = text == null ? null : IpAddress.parse(text);
    return proxies == null ? nearest : proxies.clientOf(nearest, request::headers);
  }

  /** The key of the client. */
  String key(RequestView request) {
    return proxies == null ? IpAddress.keyOf(nearest(request), ipv6Prefix) : key(of(request));
  }

  /** The key of an address. */
  String key(@Nullable IpAddress client) {
    return client == null ? IpAddress.UNKNOWN : client.key(ipv6Prefix);
  }

  private @Nullable String nearest(RequestView request) {
    return fromContainer ? request.containerAddress() : request.peerAddress();
  }

  /** For the owner; empty if the address is the peer's, with the usual prefix. */
  @Override
  public String toString() {
    String source = fromContainer
        ? "clients by the server's address"
        : proxies == null ? "" : "clients by " + proxies;
    String prefix = ipv6Prefix == IpAddress.USUAL_PREFIX ? "" : "IPv6 clients by /" + ipv6Prefix;
    return source.isEmpty() || prefix.isEmpty() ? source + prefix : source + "; " + prefix;
  }
}
