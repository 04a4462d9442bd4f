package dev.flowshield.http.client;

import dev.flowshield.http.binding.RequestView;
import org.jspecify.annotations.Nullable;

/**
 * Determines the address of a request's client, and the key that counts the client.
 *
 * <p>Immutable.
 *
 * @param fromContainer whether to use the address that the server reports, not the peer's
 * @param proxies the trusted proxies; null if absent
 * @param ipv6Prefix the number of bits of an IPv6 address that identify a client
 */
public record ClientAddress(
    boolean fromContainer, @Nullable TrustedProxies proxies, int ipv6Prefix) {

  /** The address of the peer. */
  public static final ClientAddress OF_PEER =
      new ClientAddress(false, null, IpAddress.USUAL_PREFIX);

  /** Returns the address of the client; null if it is unknown. */
  @Nullable
  public IpAddress of(RequestView request) {
    String text = nearest(request);
    IpAddress nearest = text == null ? null : IpAddress.parse(text);
    return proxies == null ? nearest : proxies.clientOf(nearest, request::headers);
  }

  /** Returns the key of the client. */
  public String key(RequestView request) {
    return proxies == null ? IpAddress.keyOf(nearest(request), ipv6Prefix) : key(of(request));
  }

  /** Returns the key of an address; null is an unknown one. */
  public String key(@Nullable IpAddress client) {
    return client == null ? IpAddress.UNKNOWN : client.key(ipv6Prefix);
  }

  private @Nullable String nearest(RequestView request) {
    return fromContainer ? request.containerAddress() : request.peerAddress();
  }

  /** Returns a description for the owner; empty for the default. */
  @Override
  public String toString() {
    String source = fromContainer
        ? "clients by the server's address"
        : proxies == null ? "" : "clients by " + proxies;
    String prefix = ipv6Prefix == IpAddress.USUAL_PREFIX ? "" : "IPv6 clients by /" + ipv6Prefix;
    return source.isEmpty() || prefix.isEmpty() ? source + prefix : source + "; " + prefix;
  }
}
