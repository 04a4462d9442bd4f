package dev.flowshield.http;

import dev.flowshield.http.client.ClientAddress;
import dev.flowshield.http.client.ForwardingHeader;
import dev.flowshield.http.client.IpAddress;
import dev.flowshield.http.client.Networks;
import dev.flowshield.http.client.TrustedProxies;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The settings of the client's address, checked one by one and then together. */
final class ClientAddressSettings {

  private static final String PEER = "peer";
  private static final String CONTAINER = "container";
  private static final String HEADER = "header:";

  private static final int LEAST_PREFIX = 32;
  private static final int MOST_PREFIX = 128;

  private @Nullable Networks trusted;
  private boolean allowsBroad;
  private int hops;
  private @Nullable String source;
  private @Nullable ForwardingHeader header; // of the source, if it is one
  private int ipv6Prefix = IpAddress.USUAL_PREFIX;

  void trustedProxies(String networks) {
    this.trusted = Networks.parse(Objects.requireNonNull(networks, "trustedProxies"));
  }

  void allowBroadTrust(boolean allowed) {
    this.allowsBroad = allowed;
  }

  void trustedHops(int proxies) {
    TrustedProxies.hops(proxies, ForwardingHeader.X_FORWARDED_FOR); // knows the range
    this.hops = proxies;
  }

  void clientAddress(String from) {
    Objects.requireNonNull(from, "clientAddress");
    this.header = switch (from) {
      case PEER, CONTAINER -> null;
      case "x-forwarded-for" -> ForwardingHeader.X_FORWARDED_FOR;
      case "forwarded" -> ForwardingHeader.FORWARDED;
      default -> {
        if (!from.startsWith(HEADER)) {
          throw new IllegalArgumentException("clientAddress must be one of peer, x-forwarded-for,"
              + " forwarded, header:<name>, container, got '" + from
              + "': name the one header that your proxy writes");
        }
        yield ForwardingHeader.ofOneAddress(from.substring(HEADER.length()));
      }
    };
    this.source = from;
  }

  void ipv6Prefix(int bits) {
    if (bits < LEAST_PREFIX || bits > MOST_PREFIX) {
      throw new IllegalArgumentException("ipv6Prefix must be 32 to 128, got " + bits
          + ": choose 64 for one site or phone, 56 or 48 for what a provider gives a customer");
    }
    this.ipv6Prefix = bits;
  }

  int ipv6Prefix() {
    return ipv6Prefix;
  }

  /**
   * What they ask for together.
   *
   * @throws IllegalStateException if they do not fit
   */
  ClientAddress build() {
    if (trusted != null && hops > 0) {
      throw misfit(
          "trustedProxies and trustedHops",
          "must not both be set",
          hops + " hops and " + trusted,
          "keep trustedProxies if the proxies' addresses are known");
    }
    boolean trusts = trusted != null || hops > 0;
    if (trusts && source != null && header == null) {
      throw misfit(
          "clientAddress",
          "must be a header where proxies are trusted",
          "'" + source + "'",
          "leave it out for x-forwarded-for, or trust none");
    }
    if (!trusts && header != null) {
      throw misfit(
          "clientAddress",
          "must come with the proxies that write the header",
          "'" + source + "' alone",
          "set trustedProxies, as in \"10.0.0.0/8\"");
    }
    if (trusted != null && !allowsBroad && !trusted.broad().isEmpty()) {
      throw misfit(
          "trustedProxies",
          "must be the networks of your own proxies",
          trusted.broad() + ", from which anyone could write an address of their choice",
          "name smaller networks, or set allowBroadTrust if none but proxies can connect");
    }
    return new ClientAddress(CONTAINER.equals(source), proxies(), ipv6Prefix);
  }

  private @Nullable TrustedProxies proxies() {
    ForwardingHeader from = header == null ? ForwardingHeader.X_FORWARDED_FOR : header;
    return trusted != null
        ? TrustedProxies.in(trusted, from)
        : hops > 0 ? TrustedProxies.hops(hops, from) : null;
  }

  private static IllegalStateException misfit(
      String what, String rule, String given, String wayOut) {
    return new IllegalStateException(what + " " + rule + ", got " + given + ": " + wayOut);
  }
}
