package dev.flowshield.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.engine.LimitStats;
import dev.flowshield.http.client.ClientNetwork;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.testkit.ManualTicker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which address a request is counted by. */
class ClientAddressTest {

  private static final String PROXY = "10.0.0.1";

  private static HttpShieldBuilder onePerClient() {
    return HttpShield.builder().perClient("1/s").operations(o -> o.ticker(ManualTicker.atZero()));
  }

  private static boolean isAdmitted(HttpShield shield, FakeRequest request) {
    return shield.admit(request) instanceof HttpAdmitted;
  }

  private static FakeRequest forwarded(@Nullable String peer, String header, String... values) {
    FakeRequest request = FakeRequest.from(peer);
    for (String value : values) {
      request.with(header, value);
    }
    return request;
  }

  @Nested
  class WithoutTrustedProxies {

    @Test
    void isThePeersWhateverTheFieldsSay() {
      HttpShield shield = onePerClient().build();

      assertThat(isAdmitted(shield, forwarded(PROXY, "X-Forwarded-For", "203.0.113.1")))
          .isTrue();
      assertThat(isAdmitted(shield, forwarded(PROXY, "X-Forwarded-For", "203.0.113.2")))
          .isFalse();
      assertThat(isAdmitted(shield, forwarded(PROXY, "Forwarded", "for=203.0.113.3")))
          .isFalse();
    }

    @Test
    void isTheContainersIfThatIsWanted() {
      HttpShield shield =
          onePerClient().clients(c -> c.clientAddress("container")).build();

      assertThat(isAdmitted(shield, FakeRequest.from(PROXY).withContainerAddress("203.0.113.1")))
          .isTrue();
      assertThat(isAdmitted(shield, FakeRequest.from(PROXY).withContainerAddress("203.0.113.2")))
          .isTrue();
      assertThat(isAdmitted(shield, FakeRequest.from("::1").withContainerAddress("203.0.113.1")))
          .isFalse();
    }

    @Test
    void isSharedByRequestsWithoutAnyAddress() {
      HttpShield shield = onePerClient().build();

      assertThat(isAdmitted(shield, FakeRequest.from(null))).isTrue();
      assertThat(isAdmitted(shield, FakeRequest.from("/run/app.sock"))).isFalse();
    }
  }

  @Nested
  class BehindTrustedProxies {

    private final HttpShield shield =
        onePerClient().clients(c -> c.trustedProxies("10.0.0.0/8")).build();

    @Test
    void isTheOneThatTheProxyNames() {
      assertThat(isAdmitted(shield, forwarded(PROXY, "X-Forwarded-For", "203.0.113.1")))
          .isTrue();
      assertThat(isAdmitted(shield, forwarded(PROXY, "X-Forwarded-For", "203.0.113.2")))
          .isTrue();
      assertThat(isAdmitted(shield, forwarded("10.9.9.9", "X-Forwarded-For", "203.0.113.1")))
          .isFalse();
    }

    @Test
    void isNotTheOneThatTheClientWroteBefore() {
      for (int i = 1; i <= 9; i++) {
        FakeRequest request = forwarded(PROXY, "X-Forwarded-For", "198.51.100." + i, "203.0.113.1");
        assertThat(isAdmitted(shield, request)).isEqualTo(i == 1);
      }
    }

    @Test
    void isThePeersIfThatIsNoProxy() {
      assertThat(isAdmitted(shield, forwarded("192.0.2.1", "X-Forwarded-For", "203.0.113.1")))
          .isTrue();
      assertThat(isAdmitted(shield, forwarded("192.0.2.1", "X-Forwarded-For", "203.0.113.2")))
          .isFalse();
    }

    @Test
    void comesFromOneFieldAlone() {
      HttpShield byForwarded = onePerClient()
          .clients(c -> c.trustedProxies("10.0.0.0/8").clientAddress("forwarded"))
          .build();

      assertThat(isAdmitted(byForwarded, forwarded(PROXY, "Forwarded", "for=203.0.113.1")))
          .isTrue();
      assertThat(isAdmitted(byForwarded, forwarded(PROXY, "Forwarded", "for=203.0.113.2")))
          .isTrue();
      assertThat(isAdmitted(byForwarded, forwarded(PROXY, "X-Forwarded-For", "203.0.113.3")))
          .isTrue(); // the proxy's own
      assertThat(isAdmitted(byForwarded, forwarded(PROXY, "X-Forwarded-For", "203.0.113.4")))
          .isFalse();
    }

    @Test
    void mayComeFromAFieldWithOneAddress() {
      HttpShield byCdn = onePerClient()
          .clients(c -> c.trustedProxies("10.0.0.0/8").clientAddress("header:CF-Connecting-IP"))
          .build();

      assertThat(isAdmitted(byCdn, forwarded(PROXY, "CF-Connecting-IP", "203.0.113.1")))
          .isTrue();
      assertThat(isAdmitted(byCdn, forwarded(PROXY, "CF-Connecting-IP", "203.0.113.2")))
          .isTrue();
      assertThat(isAdmitted(
              byCdn, forwarded(PROXY, "CF-Connecting-IP", "198.51.100.1", "203.0.113.3")))
          .isTrue(); // two of them are none: the proxy's own
      assertThat(
              isAdmitted(byCdn, forwarded(PROXY, "CF-Connecting-IP", "198.51.100.2, 203.0.113.4")))
          .isFalse();
    }

    @Test
    void isFoundByCountingProxiesWhoseAddressesAreNotKnown() {
      HttpShield byHops = onePerClient().clients(c -> c.trustedHops(2)).build();

      String proxies = "203.0.113.1, 192.0.2.7";
      assertThat(isAdmitted(byHops, forwarded("192.0.2.8", "X-Forwarded-For", proxies)))
          .isTrue();
      assertThat(isAdmitted(byHops, forwarded("192.0.2.9", "X-Forwarded-For", proxies)))
          .isFalse();
      assertThat(isAdmitted(byHops, forwarded(null, "X-Forwarded-For", "6.6.6.6, " + proxies)))
          .isFalse();
    }
  }

  @Nested
  class OfIpv6 {

    @Test
    void isItsFirst64BitsUnlessSet() {
      HttpShield shield = onePerClient().build();
      assertThat(isAdmitted(shield, FakeRequest.from("2001:db8:1:1::1"))).isTrue();
      assertThat(isAdmitted(shield, FakeRequest.from("2001:db8:1:1:ffff::2"))).isFalse();
      assertThat(isAdmitted(shield, FakeRequest.from("2001:db8:1:2::1"))).isTrue();
    }

    @Test
    void isAsManyBitsAsAreSet() {
      HttpShield shield = onePerClient().clients(c -> c.ipv6Prefix(56)).build();
      assertThat(isAdmitted(shield, FakeRequest.from("2001:db8:1:100::1"))).isTrue();
      assertThat(isAdmitted(shield, FakeRequest.from("2001:db8:1:1ff::1"))).isFalse();
      assertThat(isAdmitted(shield, FakeRequest.from("2001:db8:1:200::1"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
      "::ffff:192.0.2.1,    192.0.2.1",
      "::ffff:c000:201,     192.0.2.1",
      "64:ff9b::192.0.2.1,  192.0.2.1",
      "64:ff9b::c000:201,   192.0.2.1",
      "2002:c000:201::1,    2002:c000:201:ffff::9"
    })
    void isTheIpv4HostThatItStandsFor(String one, String other) {
      HttpShield shield = onePerClient().build();
      assertThat(isAdmitted(shield, FakeRequest.from(one))).isTrue();
      assertThat(isAdmitted(shield, FakeRequest.from(other))).isFalse();
    }

    @Test
    void keepsIpv4HostsBehindATranslatorApart() {
      HttpShield shield = onePerClient().build();
      assertThat(isAdmitted(shield, FakeRequest.from("64:ff9b::192.0.2.1"))).isTrue();
      assertThat(isAdmitted(shield, FakeRequest.from("64:ff9b::192.0.2.2"))).isTrue();
    }
  }

  @Nested
  class OfANetwork {

    private final HttpShield shield =
        onePerClient().limits(l -> l.perNetwork("3/s /48")).build();

    @Test
    void isLimitedForAllItsClientsTogether() {
      for (int subnet = 1; subnet <= 3; subnet++) {
        assertThat(isAdmitted(shield, FakeRequest.from("2001:db8:1:" + subnet + "::1")))
            .isTrue();
      }
      assertThat(isAdmitted(shield, FakeRequest.from("2001:db8:1:4::1"))).isFalse();
      assertThat(isAdmitted(shield, FakeRequest.from("2001:db8:2:1::1"))).isTrue();
      assertThat(shield.stats().limits())
          .filteredOn(limit -> limit.name().equals("network"))
          .extracting(LimitStats::rejected)
          .containsExactly(1L);
    }

    @Test
    void hasNoIpv4Clients() {
      for (int host = 1; host <= 9; host++) {
        assertThat(isAdmitted(shield, FakeRequest.from("192.0.2." + host))).isTrue();
      }
    }

    @Test
    void isA48UnlessSaid() {
      assertThat(ClientNetwork.parse("perNetwork", "800/s").prefix()).isEqualTo(48);
      assertThat(ClientNetwork.parse("perNetwork", " 800/s, 5000/h  /40 ").prefix())
          .isEqualTo(40);
      assertThat(ClientNetwork.parse("perNetwork", "800/s, 5000/h /40").rates()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"800/s /15", "800/s /128", "800/s /999"})
    void hasAPrefixThatMakesSense(String text) {
      assertThatThrownBy(() -> HttpShield.builder().limits(l -> l.perNetwork(text)))
          .hasMessageMatching(
              "perNetwork must end with a prefix length of 16 to 127, got /\\d+: .*");
    }

    @Test
    void isALayerAroundClientsThatAreLimited() {
      assertThatThrownBy(() -> HttpShield.builder()
              .limit("9/s")
              .limits(l -> l.perNetwork("8/s /48"))
              .build())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "perClient must be set where its settings are, got [perNetwork] alone: set it,"
                  + " as in perClient(\"100/s\"), or leave them out");
    }

    @Test
    void isWiderThanAClient() {
      assertThatThrownBy(
              () -> onePerClient().limits(l -> l.perNetwork("8/s /64")).build())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "perNetwork must have a shorter prefix than ipv6Prefix, got /64 around clients"
                  + " by /64: choose a wider network, as in \"800/s /48\"");
    }
  }

  @Nested
  class Mistakes {

    @Test
    void sayHowToCorrectThem() {
      assertThatThrownBy(
              () -> onePerClient().clients(c -> c.trustedProxies("10.0.0.0/8, proxy.local")))
          .hasMessage("trustedProxies must be an address and a prefix length, as in '10.0.0.0/8' or"
              + " '2001:db8::/32', got 'proxy.local': write an address as digits, a name is not"
              + " looked up");
      assertThatThrownBy(() -> onePerClient().clients(c -> c.clientAddress("X-Real-IP")))
          .hasMessage("clientAddress must be one of peer, x-forwarded-for, forwarded,"
              + " header:<name>, container, got 'X-Real-IP': name the one header that your proxy"
              + " writes");
      assertThatThrownBy(() -> onePerClient().clients(c -> c.ipv6Prefix(31)))
          .hasMessageStartingWith("ipv6Prefix must be 32 to 128, got 31: choose 64");
      assertThatThrownBy(() -> onePerClient().clients(c -> c.trustedHops(0)))
          .hasMessageStartingWith("trustedHops must be 1 to 32, got 0: count the proxies");
    }

    @Test
    void areSettingsThatDoNotFit() {
      assertThatThrownBy(
              () -> onePerClient().clients(c -> c.clientAddress("forwarded")).build())
          .hasMessage("clientAddress must come with the proxies that write the header, got"
              + " 'forwarded' alone: set trustedProxies, as in \"10.0.0.0/8\"");
      assertThatThrownBy(() -> onePerClient()
              .clients(c -> c.trustedProxies("loopback").clientAddress("peer"))
              .build())
          .hasMessage("clientAddress must be a header where proxies are trusted, got 'peer': leave"
              + " it out for x-forwarded-for, or trust none");
      assertThatThrownBy(() -> onePerClient()
              .clients(c -> c.trustedProxies("loopback").trustedHops(1))
              .build())
          .hasMessageStartingWith(
              "trustedProxies and trustedHops must not both be set, got 1 hops");
    }

    @Test
    void areNetworksFromWhichAnyoneCouldWriteTheField() {
      assertThatThrownBy(() -> onePerClient()
              .clients(c -> c.trustedProxies("10.0.0.0/8, 0.0.0.0/0"))
              .build())
          .hasMessage("trustedProxies must be the networks of your own proxies, got [0.0.0.0/0],"
              + " from which anyone could write an address of their choice: name smaller networks,"
              + " or set allowBroadTrust if none but proxies can connect");
      HttpShield shield = onePerClient()
          .clients(c -> c.trustedProxies("0.0.0.0/0").allowBroadTrust(true))
          .build();
      assertThat(isAdmitted(shield, forwarded("192.0.2.1", "X-Forwarded-For", "203.0.113.1")))
          .isTrue();
    }
  }

  @Test
  void isSaidAtTheStart() {
    assertThat(onePerClient()
            .clients(c -> c.trustedProxies("10.0.0.0/8").ipv6Prefix(56))
            .build())
        .hasToString(
            "FlowShield: each client 1/s (at most 2 in any 1s), up to 1,000,000 clients told"
                + " apart; clients by X-Forwarded-For from 10.0.0.0/8; IPv6 clients by /56; left alone:"
                + " /health /healthz /livez /readyz /health/live /health/ready /actuator/health/**");
    assertThat(onePerClient().clients(c -> c.clientAddress("container")).build())
        .asString()
        .contains("; clients by the server's address; left alone: ");
    assertThat(onePerClient().clients(c -> c.trustedHops(2)).build())
        .asString()
        .contains("; clients by X-Forwarded-For of 2 proxies in a row; left alone: ");
    assertThat(onePerClient().build()).asString().doesNotContain("clients by");
  }
}
