package dev.flowshield.http.client;

/**
 * A block of addresses, such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}. Immutable.
 *
 * @param first its first address
 * @param prefix the number of the 128 bits that its addresses have in common; for IPv4, 96 more
 *     than
 *     the written number
 */
record Network(IpAddress first, int prefix) {

  private static final int IPV4_OFFSET = 96; // of an IPv4 address in its mapped form
  private static final int IPV4_BITS = 32;
  private static final int LEAST_IPV4_PREFIX = 8;
  private static final int LEAST_IPV6_PREFIX = 16;
  private static final int MOST_SHOWN = 64;
  private static final Network UNIQUE_LOCAL = parse("fc00::/7"); // RFC 4193

  /**
   * Parses a network. An address without a prefix length is a network of one.
   *
   * @throws IllegalArgumentException if the text is not a network, or has bits set after the
   *     prefix,
   *     which is most likely a mistake
   */
  static Network parse(String text) {
    return parse("network", text);
  }

  /** Reads a network, which messages call by this name. As {@link #parse(String)}. */
  static Network parse(String name, String text) {
    int slash = text.indexOf('/');
    String written = slash < 0 ? text : text.substring(0, slash);
    IpAddress address = IpAddress.parse(written);
    if (address == null) {
      throw mistake(
          name,
          text,
          text.indexOf('*') < 0
              ? "write an address as digits, a name is not looked up"
              : "write the length of what is fixed in place of *, as in '10.0.0.0/8' for 10.*, or"
                  + " '0.0.0.0/0, ::/0' for all addresses");
    }
    boolean isDotted = written.indexOf(':') < 0;
    int length = slash < 0 ? -1 : length(text.substring(slash + 1));
    int most = isDotted ? IPV4_BITS : IpAddress.BITS;
    if (slash >= 0 && (length < 0 || length > most)) {
      throw mistake(name, text, "choose a prefix length of 0 to " + most);
    }
    int prefix = slash < 0 ? IpAddress.BITS : length + IpAddress.BITS - most;
    if (address.isIpv4() && prefix < IPV4_OFFSET) {
      // In the mapped form, a shorter prefix would cover all of IPv4.
      throw mistake(name, text, "write an IPv4 network with dots, as in '10.0.0.0/8'");
    }
    Network network = new Network(address, prefix);
    if (!address.equals(address.masked(prefix))) {
      throw mistake(
          name, text, "it has bits set behind its prefix, so correct the address or the length");
    }
    return network;
  }

  private static int length(String digits) {
    boolean isNumber = !digits.isEmpty()
        && digits.length() <= 3
        && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    return isNumber ? Integer.parseInt(digits) : -1;
  }

  private static IllegalArgumentException mistake(String name, String text, String wayOut) {
    String shown = text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
    return new IllegalArgumentException(name
        + " must be an address and a prefix length, as in '10.0.0.0/8' or '2001:db8::/32', got '"
        + shown + "': " + wayOut);
  }

  /** Returns whether an address is in this network. */
  boolean contains(IpAddress address) {
    return address.isIn(first, prefix);
  }

  /** Returns whether this network is too large to be the proxies of one operator. */
  boolean isBroad() {
    if (prefix >= UNIQUE_LOCAL.prefix && UNIQUE_LOCAL.contains(first)) {
      return false; // one site, like the ranges of RFC 1918
    }
    boolean isIpv4 = first.isIpv4() && prefix >= IPV4_OFFSET;
    return prefix < (isIpv4 ? IPV4_OFFSET + LEAST_IPV4_PREFIX : LEAST_IPV6_PREFIX);
  }

  @Override
  public String toString() {
    return first.isIpv4() ? first + "/" + (prefix - IPV4_OFFSET) : first + "/" + prefix;
  }
}
