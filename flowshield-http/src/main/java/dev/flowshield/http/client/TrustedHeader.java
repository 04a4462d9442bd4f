package dev.flowshield.http.client;

import dev.flowshield.http.binding.RequestView;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A header that trusted proxies write into a request. It is trusted if the peer is one of them and
 * the request has the header once. Of two lines, one may be the client's.
 *
 * <p>Immutable.
 */
public record TrustedHeader(String name, TrustedProxies proxies) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

  /**
   * Returns a name that can be the name of a header.
   *
   * @throws IllegalArgumentException if it cannot; the message has the setting and the example
   */
  public static String requireName(String setting, String name, String example) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(setting + " must be the name of a request header, got '"
          + name + "': write it as in '" + example + "'");
    }
    return name;
  }

  /** Returns the header value, or null if it is absent or the peer is not a trusted proxy. */
  @Nullable
  public String value(RequestView request) {
    List<String> values = request.headers(name);
    if (values.size() != 1) {
      return null;
    }
    String peer = request.peerAddress();
    return proxies.trusts(peer == null ? null : IpAddress.parse(peer)) ? values.get(0) : null;
  }
}
