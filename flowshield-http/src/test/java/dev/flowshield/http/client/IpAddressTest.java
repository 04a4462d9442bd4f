package dev.flowshield.http.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::ffff:192.0.2.7",
        "::FFFF:192.0.2.7",
        "::ffff:c000:207",
        "::ffff:c000:0207",
        "0:0:0:0:0:ffff:192.0.2.7",
        "0:0:0:0:0:ffff:c000:207",
        "0000:0000:0000:0000:0000:ffff:c000:0207",
        "0::ffff:192.0.2.7",
        "::0:ffff:192.0.2.7",
        "[::ffff:192.0.2.7]",
        "::ffff:192.0.2.7%eth0"
      })
  void anIpv4AddressIsOneClientHoweverItIsMapped(String mapped) {
    assertThat(IpAddress.keyOf(mapped)).isEqualTo(IpAddress.keyOf("192.0.2.7"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2001:db8::1",
        "2001:DB8::1",
        "2001:0db8:0000:0000:0000:0000:0000:0001",
        "2001:db8:0:0:ffff:ffff:ffff:ffff",
        "2001:db8::",
        "2001:db8::192.0.2.7",
        "[2001:db8::1]",
        "2001:db8::1%3"
      })
  void anIpv6ClientIsItsFirst64Bits(String neighbour) {
    assertThat(IpAddress.keyOf(neighbour))
        .isEqualTo(IpAddress.keyOf("2001:db8::2"))
        .isEqualTo("2001:0db8:0000:0000::/64");
  }

  @Test
  void theNextNetworkIsAnotherClient() {
    assertThat(IpAddress.keyOf("2001:db8:0:1::1")).isNotEqualTo(IpAddress.keyOf("2001:db8::1"));
  }

  @Test
  void anIpv4AddressIsAClientOfItsOwn() {
    assertThat(IpAddress.keyOf("192.0.2.7"))
        .isEqualTo("192.0.2.7")
        .isNotEqualTo(IpAddress.keyOf("192.0.2.8"))
        .isNotEqualTo(IpAddress.keyOf("::c000:207"));
  }

  @Test
  void addressesWithHighBitsKeepThem() {
    assertThat(IpAddress.keyOf("255.254.253.252")).isEqualTo("255.254.253.252");
    assertThat(IpAddress.keyOf("::ffff:fffe:fdfc")).isEqualTo("255.254.253.252");
    assertThat(IpAddress.keyOf("fedc:ba98:8765:4321::")).isEqualTo("fedc:ba98:8765:4321::/64");
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        " ",
        ":",
        "[",
        "]",
        "[]",
        "[:",
        "::1]",
        "[::1",
        "%",
        "%eth0",
        "localhost",
        "unknown",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4 ",
        " 1.2.3.4",
        "01.2.3.4",
        "1.2.3.04",
        "1.2.3.256",
        "1.2.3.1000",
        "1..2.3",
        "1.2.3.",
        ".1.2.3",
        "1.2.3.4:80",
        "1.2.3.4%eth0",
        "0x1.2.3.4",
        "1.2.3.a",
        "-1.2.3.4",
        "16909060",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8:",
        ":1:2:3:4:5:6:7:8",
        "1::2::3",
        ":::",
        "1:::2",
        "12345::",
        "g::",
        "1:2:3:4:5:6:7::8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3",
        "::1.2.3.4.5",
        "::1.2.3.4:5",
        "::01.2.3.4",
        "::1.2.3.4::",
        "[::1]:80",
        "[[::1]]",
        "\u0661.2.3.4",
        "::\uff11",
        "/127.0.0.1"
      })
  void whatIsNoAddressSharesOneKey(String odd) {
    assertThat(IpAddress.keyOf(odd)).isEqualTo(IpAddress.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource({"192.0.2.7, 64", "2001:db8:1:2:3:4:5:6, 300", "::ffff:192.0.2.7%eth0, 300"})
  void makingAKeyTakesFewBytes(String peer, long most) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int rounds = 10_000;
    long before = threads.getCurrentThreadAllocatedBytes();
    int characters = 0;
    for (int i = 0; i < rounds; i++) {
      characters += IpAddress.keyOf(peer).length();
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(characters).isPositive();
    assertThat(bytes / rounds).isLessThanOrEqualTo(most);
  }

  @Test
  void aTextOfAnyLengthIsReadInBoundedTime() {
    assertThat(IpAddress.keyOf("1:".repeat(1_000_000))).isEqualTo(IpAddress.UNKNOWN);
    assertThat(IpAddress.keyOf("1".repeat(1_000_000))).isEqualTo(IpAddress.UNKNOWN);
  }
}
