package dev.flowshield.http;

import dev.flowshield.http.client.IpAddress;
import dev.flowshield.http.client.TrustedProxies;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A header in which trusted proxies state something about a request. It is trusted if the peer is
 * one of them and the request has the header once: of two lines, one may be the client's.
 *
 * <p>Immutable.
 */
record TrustedHeader(String name, TrustedProxies proxies) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

  /** The same name, if it can be that of a header; else the setting is named, and an example. */
  static String requireName(String setting, String name, String example) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(setting + " must be the name of a request header, got '"
          + name + "': write it as in '" + example + "'");
    }
    return name;
  }

  /** What is said of a request; null if nothing is, or by one that is not trusted. */
  @Nullable
  String value(RequestView request) {
    List<String> values = request.headers(name);
    if (values.size() != 1) {
      return null;
    }
    String peer = request.peerAddress();
    return proxies.trusts(peer == null ? null : IpAddress.parse(peer)) ? values.get(0) : null;
  }
}
