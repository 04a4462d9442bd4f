package dev.flowshield.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the client is behind proxies: the nearest address that is none of them. */
class TrustedProxiesTest {

  private static final String PROXY = "10.0.0.1";
  private static final TrustedProxies FORWARDED_FOR = trusting(ForwardingHeader.X_FORWARDED_FOR);
  private static final TrustedProxies FORWARDED = trusting(ForwardingHeader.FORWARDED);

  private static TrustedProxies trusting(ForwardingHeader header) {
    return TrustedProxies.in(Networks.parse("10.0.0.0/8, 2001:db8:ffff::/48"), header);
  }

  private static String client(TrustedProxies proxies, String peer, String... headers) {
    return String.valueOf(proxies.clientOf(address(peer), name -> List.of(headers)));
  }

  private static IpAddress address(String text) {
    return Objects.requireNonNull(IpAddress.parse(text), text);
  }

  @Nested
  class ByXForwardedFor {

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "203.0.113.7                                | 203.0.113.7",
          "6.6.6.6, 203.0.113.7                       | 203.0.113.7", // the client wrote the first
          "203.0.113.7, 10.9.9.9                      | 203.0.113.7", // two proxies
          "6.6.6.6, 203.0.113.7,10.9.9.9 , 10.0.0.2   | 203.0.113.7",
          "10.0.0.3, 10.0.0.2                         | 10.0.0.3", // all are proxies
          "203.0.113.7:4711                           | 203.0.113.7",
          "'\"203.0.113.7\"'                          | 203.0.113.7",
          "2001:db8::7                                | 2001:0db8:0000:0000:0000:0000:0000:0007",
          "[2001:db8::7]:4711                         | 2001:0db8:0000:0000:0000:0000:0000:0007",
          "203.0.113.7, 2001:db8:ffff::1              | 203.0.113.7",
          "203.0.113.7, ::ffff:10.2.3.4               | 203.0.113.7", // a mapped proxy
          "::ffff:cb00:7107                           | 203.0.113.7",
        })
    void isTheLastAddressThatIsNoProxy(String header, String client) {
      assertThat(client(FORWARDED_FOR, PROXY, header)).isEqualTo(client);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "203.0.113.7, ",
          "203.0.113.7, unknown",
          "203.0.113.7, _hidden",
          "203.0.113.7, 1.2.3",
          "203.0.113.7, 1.2.3.04",
          "203.0.113.7, 0x7f.1",
          "203.0.113.7, 2130706433",
          "203.0.113.7, 1.2.3.4:",
          "203.0.113.7, 1.2.3.4:123456",
          "203.0.113.7, 1.2.3.4:80x",
          "203.0.113.7, 1:2:3:4:5:6:7",
          "203.0.113.7, [2001:db8::1",
          "203.0.113.7, 2001:db8::1%eth0",
          "203.0.113.7, \"1.2.3.4",
          "203.0.113.7, localhost",
          "",
          ",",
        })
    void isTheNearestProxyIfSomethingElseStandsBeforeIt(String header) {
      assertThat(client(FORWARDED_FOR, PROXY, header)).isEqualTo(PROXY);
      assertThat(client(FORWARDED_FOR, PROXY, header, "10.5.5.5")).isEqualTo("10.5.5.5");
    }

    @Test
    void readsSeveralFieldsAsOne() {
      assertThat(client(FORWARDED_FOR, PROXY, "6.6.6.6", "203.0.113.7", "10.0.0.2"))
          .isEqualTo("203.0.113.7");
      assertThat(client(FORWARDED_FOR, PROXY)).isEqualTo(PROXY);
    }

    @Test
    void isThePeerIfThatIsNoProxyWhateverItWrites() {
      assertThat(client(FORWARDED_FOR, "198.51.100.1", "203.0.113.7")).isEqualTo("198.51.100.1");
    }

    @Test
    void looksAtSoManyAddressesAndSoMuchTextAndNoMore() {
      String proxies = "10.0.0.2,".repeat(40) + "10.0.0.3";
      assertThat(client(FORWARDED_FOR, PROXY, "203.0.113.7," + proxies)).isEqualTo("10.0.0.2");
      String[] spread = new String[40];
      Arrays.fill(spread, "10.0.0.2");
      assertThat(client(FORWARDED_FOR, PROXY, spread)).isEqualTo("10.0.0.2");
      String blank = " ".repeat(9_000);
      assertThat(client(FORWARDED_FOR, PROXY, "203.0.113.7" + blank)).isEqualTo(PROXY);
    }
  }

  @Nested
  class ByForwarded {

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '\'',
        value = {
          "for=203.0.113.7                                   | 203.0.113.7",
          "For=\"203.0.113.7:4711\"                          | 203.0.113.7",
          "for=6.6.6.6, for=203.0.113.7;proto=https;by=_x    | 203.0.113.7",
          "proto=https; for=203.0.113.7 ;by=10.0.0.1         | 203.0.113.7",
          "for=203.0.113.7, FOR=10.0.0.2, for=\"10.0.0.3:1\" | 203.0.113.7",
          "for=203.0.113.7;for=6.6.6.6                       | 203.0.113.7", // the first counts
          "for=\"203.0.113\\.7\"                             | 203.0.113.7",
          "for=\"[2001:db8::7]\"            | 2001:0db8:0000:0000:0000:0000:0000:0007",
          "for=[2001:db8::7]:4711           | 2001:0db8:0000:0000:0000:0000:0000:0007",
          "for=\"2001:db8::7\"              | 2001:0db8:0000:0000:0000:0000:0000:0007",
          "for=203.0.113.7, ;for=10.0.0.2;  | 203.0.113.7",
          // What a client wrote before does not change how the end is read.
          "for=\", for=203.0.113.7                           | 203.0.113.7",
          "for=\"6.6.6.6, for=203.0.113.7                    | 203.0.113.7",
          "for=\"\\, for=203.0.113.7                         | 203.0.113.7",
          "x, for=203.0.113.7, for=10.0.0.2                  | 203.0.113.7",
          // A comma within quotes parts nothing.
          "for=203.0.113.7;host=\"a,for=6.6.6.6\"            | 203.0.113.7",
          "for=203.0.113.7;host=\"a\\\",for=6.6.6.6\"        | 203.0.113.7",
        })
    void isTheLastAddressThatIsNoProxy(String header, String client) {
      assertThat(client(FORWARDED, PROXY, header)).isEqualTo(client);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "for=203.0.113.7, for=unknown",
          "for=203.0.113.7, for=_hidden",
          "for=203.0.113.7, by=10.0.0.2",
          "for=203.0.113.7, for",
          "for=203.0.113.7, for=",
          "for=203.0.113.7, =1.2.3.4",
          "for=203.0.113.7, for=\"1.2.3.4",
          "for=203.0.113.7, for=\"1.2.3.4\\\"",
          "for=203.0.113.7, for=1.2.3.4\"",
          "for=203.0.113.7, for=1.2.3.4 x",
          "for=203.0.113.7, for =1.2.3.4",
          "for=203.0.113.7, for=(1.2.3.4)",
          "for=203.0.113.7, f or=1.2.3.4",
          "for=203.0.113.7,",
          "",
        })
    void isTheNearestProxyIfSomethingElseStandsBeforeIt(String header) {
      assertThat(client(FORWARDED, PROXY, header)).isEqualTo(PROXY);
      assertThat(client(FORWARDED, PROXY, header, "for=10.5.5.5")).isEqualTo("10.5.5.5");
    }
  }

  @Test
  void anotherFieldHoldsOneAddress() {
    TrustedProxies network = trusting(ForwardingHeader.ofOneAddress("CF-Connecting-IP"));

    assertThat(client(network, PROXY, "203.0.113.7")).isEqualTo("203.0.113.7");
    assertThat(client(network, PROXY, "203.0.113.7, 6.6.6.6")).isEqualTo(PROXY);
    assertThat(client(network, PROXY, "203.0.113.7", "6.6.6.6")).isEqualTo(PROXY);
    assertThat(client(network, PROXY, "10.0.0.2")).isEqualTo("10.0.0.2");
    assertThat(client(network, "198.51.100.1", "203.0.113.7")).isEqualTo("198.51.100.1");
  }

  @Test
  void countsProxiesWhereTheyCannotBeNamed() {
    TrustedProxies two = TrustedProxies.hops(2, ForwardingHeader.X_FORWARDED_FOR);

    assertThat(client(two, "192.0.2.1", "6.6.6.6, 203.0.113.7, 192.0.2.9"))
        .isEqualTo("203.0.113.7");
    assertThat(client(two, "192.0.2.1", "203.0.113.7")).isEqualTo("192.0.2.1");
    assertThat(client(two, "192.0.2.1", "203.0.113.7, x")).isEqualTo("192.0.2.1");
    assertThatThrownBy(() -> TrustedProxies.hops(0, ForwardingHeader.FORWARDED))
        .hasMessageContaining("1 to 32, got 0: count");
    assertThatThrownBy(() -> TrustedProxies.hops(33, ForwardingHeader.FORWARDED))
        .hasMessageContaining("got 33");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a:b", "x-forwarded-FOR", "forwarded", "ä"})
  void saysWhatIsNoFieldOfOneAddress(String name) {
    assertThatThrownBy(() -> ForwardingHeader.ofOneAddress(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must");
  }

  @ParameterizedTest
  @ValueSource(strings = {",", "\"", "\\", "\\\"", "for=\"", ";", "for=1.1.1.1,", "[", ":", " "})
  void readsAnyTextInLinearTime(String part) {
    String header = part.repeat(1_000_000 / part.length());

    assertTimeout(Duration.ofSeconds(5), () -> {
      client(FORWARDED_FOR, PROXY, header);
      client(FORWARDED, PROXY, header);
    });
  }
}
