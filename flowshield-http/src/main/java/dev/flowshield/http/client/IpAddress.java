package dev.flowshield.http.client;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An IP address as bits. All notations of an address are equal.
 *
 * <p>All addresses have 128 bits. An IPv4 address has its IPv4-mapped form,
 * {@code ::ffff:a.b.c.d}. Therefore a client that connects over IPv4 is the same client on a socket
 * that is open for both.
 *
 * <p>Immutable. Parsing an address and making its key take well under a microsecond, allocate some
 * 150 bytes, and never query a name service.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record IpAddress(long high, long low) {

  /**
   * The key of all clients whose address is missing or not an IP address. They share the allowance
   * of one client.
   */
  public static final String UNKNOWN = "unknown";

  /** The default number of bits of an IPv6 address that identify a client. */
  public static final int USUAL_PREFIX = 64;

  /** The bits of an address. */
  static final int BITS = 128;

  private static final long MAPPED = 0xffff_0000_0000L;
  private static final long TRANSLATED = 0x0064_ff9b_0000_0000L; // RFC 6052, its first 64 bits
  private static final int SIX_TO_FOUR = 0x2002;
  private static final int BITS_OF_SIX_TO_FOUR = 48;
  private static final int BITS_OF_GROUP = 16;
  private static final int DIGITS = 4; // of a group

  /**
   * Parses an address; returns null if the text is not an address. Brackets around an IPv6 address,
   * as some containers write them, and its zone are dropped.
   */
  public static @Nullable IpAddress parse(String text) {
    return AddressParser.address(text, 0, text.length());
  }

  /**
   * Returns the key that counts a peer: {@code 192.0.2.1} for an IPv4 address,
   * {@code 2001:0db8:0000:0001::/64} for an IPv6 address, else {@link #UNKNOWN}. All notations of
   * an address have the same key.
   *
   * <p>An IPv6 customer can choose from 2<sup>64</sup> addresses. Therefore the network part alone
   * identifies a client.
   */
  public static String keyOf(@Nullable String peer) {
    return keyOf(peer, USUAL_PREFIX);
  }

  /**
   * Returns the key like {@link #keyOf(String)}.
   *
   * @param prefix the number of bits of an IPv6 address that identify the client, 1 to 128
   */
  public static String keyOf(@Nullable String peer, int prefix) {
    if (peer == null) {
      return UNKNOWN;
    }
    if (peer.indexOf(':') < 0) {
      return AddressParser.isIpv4(peer) ? peer : UNKNOWN; // its only notation
    }
    IpAddress address = parse(peer);
    return address == null ? UNKNOWN : address.key(prefix);
  }

  /**
   * Returns the key that counts this address. As {@link #keyOf(String)}.
   *
   * <p>Two kinds of IPv6 addresses belong to IPv4 hosts. An address of a translator
   * ({@code 64:ff9b::/96}, RFC 6052) has the key of the IPv4 address within it, because all of them
   * share their first 64 bits. An address of 6to4 ({@code 2002::/16}, RFC 3056) has 48 bits for one
   * IPv4 host.
   *
   * @param prefix the number of bits of an IPv6 address that identify the client, 1 to 128
   */
  public String key(int prefix) {
    if (standsForIpv4()) {
      return dotted((int) low);
    }
    return network(
        high >>> (Long.SIZE - BITS_OF_GROUP) == SIX_TO_FOUR
            ? Math.min(prefix, BITS_OF_SIX_TO_FOUR)
            : prefix);
  }

  /** Returns whether this is the address of one IPv4 host, which has no network to choose from. */
  public boolean standsForIpv4() {
    return isIpv4() || (high == TRANSLATED && low >>> Integer.SIZE == 0);
  }

  /** Returns the IPv4 address of 32 bits. */
  static IpAddress ofIpv4(long bits) {
    return new IpAddress(0, MAPPED | bits);
  }

  /** Returns whether this is an IPv4 address. */
  boolean isIpv4() {
    return high == 0 && (low & 0xffff_ffff_0000_0000L) == MAPPED;
  }

  /** Returns whether the first bits of this address are those of another one. */
  boolean isIn(IpAddress first, int prefix) {
    return (high & mask(prefix)) == first.high && (low & mask(prefix - Long.SIZE)) == first.low;
  }

  /** Compares two addresses by their bits. */
  static int compareUnsigned(IpAddress one, IpAddress other) {
    int order = Long.compareUnsigned(one.high, other.high);
    return order != 0 ? order : Long.compareUnsigned(one.low, other.low);
  }

  /** Returns this address with all bits after a prefix set to 0. */
  IpAddress masked(int prefix) {
    return new IpAddress(high & mask(prefix), low & mask(prefix - Long.SIZE));
  }

  /** Returns a mask of the first bits of 64; 0 for a count below 1, all for one above 63. */
  private static long mask(int bits) {
    return bits <= 0 ? 0 : bits >= Long.SIZE ? -1 : -1L << (Long.SIZE - bits);
  }

  private static String dotted(int bits) {
    return (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "."
        + (bits & 0xff);
  }

  private String network(int prefix) {
    int groups = (prefix + BITS_OF_GROUP - 1) / BITS_OF_GROUP;
    String end = (prefix > BITS - BITS_OF_GROUP ? "/" : "::/") + prefix;
    byte[] text = new byte[groups * (DIGITS + 1) - 1 + end.length()];
    int at = 0;
    for (int group = 0; group < groups; group++) {
      if (group > 0) {
        text[at++] = ':';
      }
      long bits = group(group) & mask(prefix - group * BITS_OF_GROUP + Long.SIZE - BITS_OF_GROUP);
      for (int shift = BITS_OF_GROUP - DIGITS; shift >= 0; shift -= DIGITS) {
        text[at++] = (byte) Character.forDigit((int) (bits >>> shift) & 0xf, 16);
      }
    }
    for (int i = 0; i < end.length(); i++) {
      text[at++] = (byte) end.charAt(i);
    }
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private long group(int index) {
    long half = index < 4 ? high : low;
    return (half >>> (Long.SIZE - BITS_OF_GROUP - index % 4 * BITS_OF_GROUP)) & 0xffff;
  }

  /** Returns the address with dots, or as eight groups. */
  @Override
  public String toString() {
    return isIpv4() ? dotted((int) low) : network(BITS).substring(0, 8 * (DIGITS + 1) - 1);
  }
}
