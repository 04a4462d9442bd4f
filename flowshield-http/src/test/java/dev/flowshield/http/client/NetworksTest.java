package dev.flowshield.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks as text, and the addresses that they have. */
class NetworksTest {

  private static boolean contains(String networks, String address) {
    return Networks.parse(networks)
        .contains(Objects.requireNonNull(IpAddress.parse(address), address));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10.0.0.0/8          | 10.255.0.1     | true",
        "10.0.0.0/8          | 11.0.0.0       | false",
        "10.0.0.0/8          | ::ffff:10.1.1.1 | true",
        "10.0.0.0/8          | a00::1         | false",
        "192.0.2.7           | 192.0.2.7      | true",
        "192.0.2.7           | 192.0.2.6      | false",
        "192.0.2.6/31        | 192.0.2.7      | true",
        "2001:db8::/32       | 2001:db8:1::1  | true",
        "2001:db8::/32       | 2001:db9::     | false",
        "2001:db8::1         | 2001:db8::1    | true",
        "2001:db8::1         | 2001:db8::2    | false",
        "2001:db8::/63       | 2001:db8:0:1:: | true",
        "2001:db8::/65       | 2001:db8:0:0:8000:: | false",
        "::ffff:10.0.0.0/104 | 10.1.1.1       | true",
        "0.0.0.0/0           | 203.0.113.7    | true",
        "0.0.0.0/0           | 2001:db8::1    | false",
        "::/0                | 2001:db8::1    | true",
        "loopback            | 127.1.2.3      | true",
        "loopback            | ::1            | true",
        "loopback            | 10.0.0.1       | false",
        "private             | 172.31.0.1     | true",
        "private             | 172.32.0.1     | false",
        "private             | fd00::1        | true",
        "private             | 127.0.0.1      | false",
        "'loopback, private, 198.51.100.0/24' | 198.51.100.9 | true",
        "'loopback, private, 198.51.100.0/24' | 192.168.0.1  | true",
      })
  void haveTheAddressesOfTheirFirstBits(String networks, String address, boolean has) {
    assertThat(contains(networks, address)).isEqualTo(has);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                 | got '': write an address",
        "10.0.0.0/8,        | got '': write an address",
        "localhost          | got 'localhost': write an address as digits, a name is not looked up",
        "10.0.0/8           | got '10.0.0/8': write an address",
        "010.0.0.0/8        | got '010.0.0.0/8': write an address",
        "10.0.0.0/33        | got '10.0.0.0/33': choose a prefix length of 0 to 32",
        "10.0.0.0/          | choose a prefix length of 0 to 32",
        "10.0.0.0/-1        | choose a prefix length of 0 to 32",
        "10.0.0.0/+8        | choose a prefix length of 0 to 32",
        "10.0.0.0/0008      | choose a prefix length of 0 to 32",
        "2001:db8::/129     | choose a prefix length of 0 to 128",
        "10.0.0.1/8         | it has bits set behind its prefix",
        "2001:db8::1/64     | it has bits set behind its prefix",
        "::ffff:10.0.0.0/8  | write an IPv4 network with dots, as in '10.0.0.0/8'",
        "::ffff:10.0.0.0/95 | write an IPv4 network with dots",
      })
  void areRefusedWhereTheyCannotBeMeant(String text, String message) {
    assertThatThrownBy(() -> Networks.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("network must be an address and a prefix length")
        .hasMessageContaining(message);
  }

  @Test
  void sayWhichAreTooBroadForTheProxiesOfOneOperator() {
    assertThat(Networks.parse("0.0.0.0/0, 10.0.0.0/8, 8.0.0.0/7, ::/0, 2000::/15, 2001::/16")
            .broad())
        .containsExactly(
            "0.0.0.0/0",
            "8.0.0.0/7",
            "0000:0000:0000:0000:0000:0000:0000:0000/0",
            "2000:0000:0000:0000:0000:0000:0000:0000/15");
  }

  @Test
  void areNoneUnlessTheyAreNamed() {
    assertThat(Networks.NONE.isEmpty()).isTrue();
    assertThat(Networks.parse("loopback").isEmpty()).isFalse();
    assertThat(Networks.parse("loopback"))
        .hasToString("127.0.0.0/8, 0000:0000:0000:0000:0000:0000:0000:0001/128");
  }
}
