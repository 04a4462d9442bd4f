package dev.flowshield.http.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** The JDK's own reading of a literal is the oracle; it looks up no name where the text is one. */
class IpAddressPropertyTest {

  @Property
  void readsEveryIpv4AddressAsTheJdkDoes(@ForAll @Size(4) byte[] bits) throws Exception {
    InetAddress address = InetAddress.getByAddress(bits);
    assertThat(IpAddress.keyOf(address.getHostAddress())).isEqualTo(key(bits));
  }

  @Property
  void readsEveryIpv6AddressAsTheJdkDoes(@ForAll("ipv6") String literal) throws Exception {
    assertThat(IpAddress.keyOf(literal)).isEqualTo(oracle(literal));
  }

  @Property
  void whatLooksLikeIpv6IsReadOnlyIfTheJdkReadsItToo(@ForAll("nearlyIpv6") String text) {
    assertThat(IpAddress.keyOf(text)).isEqualTo(oracleOrUnknown(text));
  }

  @Property
  void mappedAddressesAreTheirIpv4Client(@ForAll @Size(4) byte[] bits) throws Exception {
    HexFormat hex = HexFormat.of();
    String high = hex.formatHex(bits, 0, 2);
    String low = hex.formatHex(bits, 2, 4);
    String dotted = InetAddress.getByAddress(bits).getHostAddress();
    assertThat(IpAddress.keyOf("::ffff:" + dotted)).isEqualTo(key(bits));
    assertThat(IpAddress.keyOf("0:0:0:0:0:FFFF:" + high + ":" + low)).isEqualTo(key(bits));
    assertThat(IpAddress.keyOf("::ffff:" + high + ":" + low)).isEqualTo(key(bits));
  }

  @Property
  void neighboursInA64AreOneClient(@ForAll @Size(16) byte[] bits, @ForAll @Size(8) byte[] host)
      throws Exception {
    bits[0] |= 1; // not mapped, and so on the far side of the IPv4 keys
    byte[] neighbour = Arrays.copyOf(bits, 16);
    System.arraycopy(host, 0, neighbour, 8, 8);
    assertThat(IpAddress.keyOf(InetAddress.getByAddress(bits).getHostAddress()))
        .isEqualTo(IpAddress.keyOf(InetAddress.getByAddress(neighbour).getHostAddress()))
        .isEqualTo(key(Arrays.copyOf(bits, 8)));
  }

  @Property
  void noTextBreaksIt(@ForAll String text) {
    assertThat(IpAddress.keyOf(text))
        .matches("unknown|[0-9]{1,3}([.][0-9]{1,3}){3}|[0-9a-f]{4}(:[0-9a-f]{4}){3}::/64");
  }

  @Provide
  Arbitrary<String> ipv6() {
    Arbitrary<String> group = Arbitraries.oneOf(
        Arbitraries.of("0", "ffff", "FFFF", "00ff", "2002"),
        Arbitraries.integers().between(0, 0xffff).map(Integer::toHexString));
    return Combinators.combine(
            group.array(String[].class).ofSize(8),
            Arbitraries.integers().between(-1, 7),
            Arbitraries.integers().between(1, 8),
            Arbitraries.of(true, false))
        .as(IpAddressPropertyTest::write);
  }

  @Provide
  Arbitrary<String> nearlyIpv6() {
    Arbitrary<String> piece =
        Arbitraries.of("0", "1", "ffff", "fffff", "g", "1.2.3.4", ".", "0.0.0.0");
    Arbitrary<String> between = Arbitraries.of(":", ":", ":", ":", "::", "");
    return Combinators.combine(piece, between)
        .as((p, b) -> p + b)
        .list()
        .ofMaxSize(9)
        .map(pieces -> ":" + String.join("", pieces));
  }

  /**
   * Eight groups, those from {@code gapAt} on left out for "::" where it is not negative, the last
   * two maybe as IPv4.
   */
  private static String write(String[] groups, int gapAt, int gapLength, boolean dotted) {
    StringBuilder text = new StringBuilder();
    int gapEnd = gapAt < 0 ? -1 : Math.min(8, gapAt + gapLength);
    for (int i = 0; i < 8; i++) {
      if (i == gapAt) {
        text.append(i == 0 ? "::" : ":");
        i = gapEnd - 1;
      } else if (i == 6 && dotted) {
        return text + "203.0.113.9";
      } else {
        text.append(groups[i]).append(i < 7 ? ":" : "");
      }
    }
    return text.toString();
  }

  private static String oracleOrUnknown(String text) {
    try {
      return oracle(text);
    } catch (UnknownHostException none) {
      return IpAddress.UNKNOWN;
    }
  }

  private static String oracle(String literal) throws UnknownHostException {
    // In brackets the JDK takes the text for an IPv6 literal or nothing, and never for a name.
    InetAddress address = InetAddress.getByName("[" + literal + "]");
    byte[] bits = address.getAddress();
    return key(address instanceof Inet4Address ? bits : Arrays.copyOf(bits, 8));
  }

  private static String key(byte[] bits) throws UnknownHostException {
    if (bits.length == 4) {
      return InetAddress.getByAddress(bits).getHostAddress();
    }
    String hex = HexFormat.of().formatHex(bits);
    if (hex.startsWith("2002")) { // 6to4, in which 48 bits are one IPv4 host
      return String.join(":", hex.substring(0, 4), hex.substring(4, 8), hex.substring(8, 12))
          + "::/48";
    }
    return String.join(
            ":", hex.substring(0, 4), hex.substring(4, 8), hex.substring(8, 12), hex.substring(12))
        + "::/64";
  }
}
