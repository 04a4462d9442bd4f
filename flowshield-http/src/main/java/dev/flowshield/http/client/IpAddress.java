package dev.flowshield.http.client;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An IP address as bits: whatever way it was written, it is the same value.
 *
 * <p>All addresses are kept as 128 bits. An IPv4 address is kept as its IPv4-mapped form,
 * {@code ::ffff:a.b.c.d}, so that a client that reaches us over IPv4 is the same client on a socket
 * that is open for both, in every notation of that form.
 *
 * <p>Immutable. Reading and making a key take well under a microsecond, allocate nothing for the
 * usual text of an IPv4 address and about 150 bytes else, and never ask a name service.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record IpAddress(long high, long low) {

  /**
   * The key of all peers whose address is missing or is no IP address; they share the allowance of
   * one client.
   */
  public static final String UNKNOWN = "unknown";

  private static final long MAPPED = 0xffff_0000_0000L;
  private static final String NETWORK = "::/64";
  private static final int GROUPS = 4; // of the network part, 16 bits each
  private static final int DIGITS = 4; // of a group

  /**
   * The key to count a peer under: {@code 192.0.2.1} for an IPv4 address,
   * {@code 2001:0db8:0000:0001::/64} for an IPv6 address, else {@link #UNKNOWN}. One address has
   * one key, in whatever notation it comes.
   *
   * <p>One IPv6 customer has 2<sup>64</sup> addresses to pick from, so the network part alone
   * stands for it.
   */
  public static String keyOf(@Nullable String peer) {
    if (peer == null) {
      return UNKNOWN;
    }
    if (peer.indexOf(':') < 0) {
      return AddressParser.isIpv4(peer) ? peer : UNKNOWN; // there is no other way to write it
    }
    IpAddress address = AddressParser.ipv6(peer);
    return address == null ? UNKNOWN : address.key();
  }

  private boolean isIpv4() {
    return high == 0 && (low & 0xffff_ffff_0000_0000L) == MAPPED;
  }

  private String key() {
    return isIpv4() ? dotted((int) low) : network(high);
  }

  private static String dotted(int bits) {
    return (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "."
        + (bits & 0xff);
  }

  private static String network(long bits) {
    byte[] text = new byte[GROUPS * (DIGITS + 1) - 1 + NETWORK.length()];
    int at = 0;
    for (int shift = Long.SIZE - DIGITS; shift >= 0; shift -= DIGITS) {
      text[at++] = (byte) Character.forDigit((int) (bits >>> shift) & 0xf, 16);
      boolean isEndOfGroup = shift % (DIGITS * DIGITS) == 0;
      if (isEndOfGroup && shift > 0) {
        text[at++] = ':';
      }
    }
    for (int i = 0; i < NETWORK.length(); i++) {
      text[at++] = (byte) NETWORK.charAt(i);
    }
    return new String(text, StandardCharsets.ISO_8859_1);
  }
}
