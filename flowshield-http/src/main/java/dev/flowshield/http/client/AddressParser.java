package dev.flowshield.http.client;

import org.jspecify.annotations.Nullable;

/**
 * Parses the text of an IP address, and rejects text that merely resembles one.
 *
 * <p>IPv4 is four decimal numbers of 0 to 255. Leading zeros are rejected, because some parsers
 * take them for octal. IPv6 follows RFC 4291, section 2.2: eight groups of up to four hexadecimal
 * digits, or fewer with one {@code ::}. The last two groups may be an IPv4 address. Brackets, as
 * some containers write them, and a zone ({@code %eth0}) are dropped.
 *
 * <p>Takes one pass and no regular expression. The longest text is {@value #LONGEST} characters.
 */
final class AddressParser {

  private static final int LONGEST = 128;
  private static final int GROUPS = 8;
  private static final int NONE = -1;
  private static final int[] NO_GROUPS = {};

  private final String text;
  private int at;
  private final int end;

  private int[] groups = NO_GROUPS;
  private int count;
  private int gap = NONE; // the number of groups before "::"

  private AddressParser(String text, int from, int end) {
    this.text = text;
    this.at = from;
    this.end = end;
  }

  /**
   * Returns whether a text is an IPv4 address: four numbers, which is its only notation outside of
   * IPv6.
   */
  static boolean isIpv4(String text) {
    return text.length() <= LONGEST && new AddressParser(text, 0, text.length()).ipv4() != NONE;
  }

  /** Returns the address in a part of a text, or null if the part is not an address. */
  static @Nullable IpAddress address(String text, int from, int end) {
    if (end - from > LONGEST || from == end) {
      return null;
    }
    if (text.charAt(from) == '[') {
      return text.charAt(end - 1) == ']' ? ipv6(text, from + 1, end - 1) : null;
    }
    return has(text, from, end, ':') ? ipv6(text, from, end) : ipv4(text, from, end);
  }

  /**
   * Returns the address in an entry of a forwarding header, or null. The entry may
   * have spaces, one pair of quotes and a port, as in {@code 192.0.2.1:4711} or
   * {@code "[2001:db8::1]:4711"}.
   */
  static @Nullable IpAddress hop(String text, int from, int end) {
    int first = from;
    int last = end;
    while (first < last && isSpace(text.charAt(first))) {
      first++;
    }
    while (first < last && isSpace(text.charAt(last - 1))) {
      last--;
    }
    if (last - first > LONGEST) {
      return null;
    }
    IpAddress plain = ipv4(text, first, last);
    if (plain != null) { // as most are
      return plain;
    }
    if (last - first > 1 && text.charAt(first) == '"' && text.charAt(last - 1) == '"') {
      first++;
      last--;
    }
    if (first == last) {
      return null;
    }
    int port = text.lastIndexOf(':', last - 1);
    boolean hasPort = text.charAt(first) == '['
        ? port > first && text.charAt(port - 1) == ']'
        : port > first && text.lastIndexOf(':', port - 1) < first; // else they are those of IPv6
    if (hasPort && !isPort(text, port + 1, last)) {
      return null;
    }
    int zone = text.indexOf('%', first);
    IpAddress address = address(text, first, hasPort ? port : last);
    return address == null || (zone >= 0 && zone < last && !isLinkLocal(address)) ? null : address;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }

  private static boolean isPort(String text, int from, int end) {
    for (int i = from; i < end; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return from < end && end - from <= 5;
  }

  private static boolean isLinkLocal(IpAddress address) {
    return address.high() >>> 54 == 0xfe80 >>> 6;
  }

  private static boolean has(String text, int from, int end, char sought) {
    int found = text.indexOf(sought, from);
    return found >= 0 && found < end;
  }

  private static @Nullable IpAddress ipv4(String text, int from, int end) {
    long bits = new AddressParser(text, from, end).ipv4();
    return bits == NONE ? null : IpAddress.ofIpv4(bits);
  }

  private static @Nullable IpAddress ipv6(String text, int from, int end) {
    int zone = text.indexOf('%', from);
    return new AddressParser(text, from, zone < 0 || zone > end ? end : zone).ipv6();
  }

  /** Parses four numbers up to the end; returns 32 bits, or {@link #NONE}. */
  private long ipv4() {
    long bits = 0;
    for (int octets = 0; octets < 4; octets++) {
      if (octets > 0 && !skip('.')) {
        return NONE;
      }
      int octet = octet();
      if (octet == NONE) {
        return NONE;
      }
      bits = (bits << 8) | octet;
    }
    return at == end ? bits : NONE;
  }

  private int octet() {
    int start = at;
    int value = 0;
    while (at < end && text.charAt(at) >= '0' && text.charAt(at) <= '9' && at - start < 3) {
      value = value * 10 + text.charAt(at++) - '0';
    }
    boolean leadingZero = at - start > 1 && text.charAt(start) == '0';
    return at == start || leadingZero || value > 255 ? NONE : value;
  }

  private @Nullable IpAddress ipv6() {
    groups = new int[GROUPS];
    if (skip(':') && !skipGap()) { // one colon at the start is half of "::"
      return null;
    }
    while (at < end) {
      if (!group()) {
        return null;
      }
      if (at < end && !skip(':')) {
        return null;
      }
      boolean colon = text.charAt(at - 1) == ':';
      if (colon && (at == end || text.charAt(at) == ':') && !skipGap()) {
        return null;
      }
    }
    boolean complete = gap == NONE ? count == GROUPS : count < GROUPS;
    return complete ? address() : null;
  }

  /** Skips the second colon of the only "::"; returns false if that is not possible. */
  private boolean skipGap() {
    if (gap != NONE || !skip(':')) {
      return false;
    }
    gap = count;
    return true;
  }

  /** Parses one group, or an IPv4 address in place of the last two groups. */
  private boolean group() {
    int start = at;
    int value = 0;
    while (at < end && at - start < 4 && hex(text.charAt(at)) != NONE) {
      value = (value << 4) | hex(text.charAt(at++));
    }
    if (at < end && text.charAt(at) == '.') {
      at = start;
      long bits = ipv4();
      return bits != NONE && add((int) (bits >>> 16)) && add((int) (bits & 0xffff));
    }
    return at > start && add(value);
  }

  private boolean add(int group) {
    if (count == GROUPS) {
      return false;
    }
    groups[count++] = group;
    return true;
  }

  private IpAddress address() {
    int before = gap == NONE ? count : gap;
    int after = count - before;
    long high = 0;
    long low = 0;
    for (int i = 0; i < GROUPS; i++) {
      int fromBehind = GROUPS - i;
      long group = i < before ? groups[i] : fromBehind <= after ? groups[count - fromBehind] : 0;
      high = (high << 16) | (low >>> 48);
      low = (low << 16) | group;
    }
    return new IpAddress(high, low);
  }

  private boolean skip(char expected) {
    if (at < end && text.charAt(at) == expected) {
      at++;
      return true;
    }
    return false;
  }

  // Not Character.digit: it takes digits of every script.
  private static int hex(char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    char lower = (char) (c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : NONE;
  }
}
