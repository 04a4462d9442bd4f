package dev.flowshield.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.HttpShield;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of console=local, each with the attack that it stops. */
class LocalAccessTest {

  private static final int APPLICATION = 0;

  private final Consoles it = new Consoles(null);

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "::1", "0:0:0:0:0:0:0:1", "0:0:0:0:0:0:0:1%lo", "::ffff:127.0.0.1"})
  void letsThisMachineIn(String peer) {
    assertThat(it.status(Asked.get("/flowshield").from(peer))).isEqualTo(200);
    assertThat(it.status(Asked.get("/flowshield/state").from(peer))).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:9", "[::1]:8080"})
  void knowsTheNamesOfThisMachine(String host) {
    assertThat(it.status(Asked.get("/flowshield").only("Host", host))).isEqualTo(200);
  }

  /** A stranger writes what the console looks for, but comes from elsewhere. */
  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "203.0.113.9",
        "10.0.0.1",
        "192.168.1.1",
        "1270.0.0.1",
        "127.0.0.6", // of a sidecar of Istio
        "127.0.0.1.evil",
        "128.0.0.1",
        "::2",
        "fe80::1",
        "::ffff:203.0.113.9",
        "2001:db8::1",
        "unix",
        "localhost"
      })
  void doesNotTellAStrangerThatItIsThere(String peer) {
    for (String path : new String[] {"/flowshield", "/flowshield/state", "/flowshield/action"}) {
      assertThat(it.status(Asked.get(path).from(peer))).isEqualTo(APPLICATION);
      assertThat(it.status(Asked.of("POST", path).from(peer))).isEqualTo(APPLICATION);
    }
  }

  /** DNS rebinding: a page of evil.example, whose name resolves to 127.0.0.1 by now. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "localhost@evil.example",
        "evil.example#localhost",
        "localhost:8080:1",
        "localhost.",
        "127.0.0.1:",
        "0.0.0.0",
        "[::]",
        "localhost evil",
        ""
      })
  void isNotReboundByTheNameOfAnotherSite(String host) {
    assertThat(it.status(Asked.get("/flowshield/state").only("Host", host))).isEqualTo(APPLICATION);
    assertThat(it.status(Asked.action("action=pardon-all").only("Host", host)))
        .isEqualTo(APPLICATION);
  }

  @Test
  void isNotReboundByASecondHostOrNone() {
    assertThat(it.status(Asked.get("/flowshield").only("Host"))).isEqualTo(APPLICATION);
    assertThat(it.status(Asked.get("/flowshield").only("Host", "localhost", "evil.example")))
        .isEqualTo(APPLICATION);
  }

  /** A proxy on this machine has a loopback address, and may pass a request on as its own. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Forwarded",
        "Via",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Port",
        "X-Forwarded-Server",
        "X-Forwarded-Prefix",
        "X-Real-IP",
        "CF-Connecting-IP",
        "True-Client-IP",
        "x-forwarded-for"
      })
  void doesNotTakeForLocalWhatAProxyPassesOn(String header) {
    assertThat(it.status(Asked.get("/flowshield").with(header, "127.0.0.1")))
        .isEqualTo(APPLICATION);
    assertThat(it.status(Asked.get("/flowshield/state").with(header, ""))).isEqualTo(APPLICATION);
  }

  /** The shield knows a proxy that this rule does not. */
  @Test
  void doesNotTakeForLocalWhomTheShieldTakesForAnother() {
    Consoles behind = new Consoles(
        null,
        HttpShield.builder()
            .perClient("100/s")
            .clients(c -> c.trustedProxies("loopback").clientAddress("header:X-Azure-ClientIP")));

    assertThat(behind.status(Asked.get("/flowshield").with("X-Azure-ClientIP", "203.0.113.66")))
        .isEqualTo(APPLICATION);
  }

  /** A valve of Tomcat replaces the address of the peer by one that a stranger chooses. */
  @Test
  void isNotThereIfTheServerHasReplacedTheAddress() {
    assertThat(it.status(Asked.get("/flowshield").replaced())).isEqualTo(APPLICATION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/flowshield/",
        "/flowshield/state/",
        "/flowshield//state",
        "/flowshieldx",
        "/flowshield/../flowshield",
        "/flowshield/./state",
        "/flowshield;x",
        "/flowshield/state;x",
        "/FLOWSHIELD",
        "//flowshield",
        "/x/flowshield",
        "/flowshield/console.html",
        "/flowshield/action/x",
        ""
      })
  void answersNoOtherPath(String path) {
    assertThat(it.status(Asked.get(path))).isEqualTo(APPLICATION);
  }

  /** A proxy in front that guards /flowshield may see another path than the server. */
  @ParameterizedTest
  @ValueSource(strings = {"/%66lowshield", "/flowshield;a=b", "/a/../flowshield", "//flowshield"})
  void answersNoPathThatTheServerHasDecodedOrResolved(String spelling) {
    assertThat(it.status(Asked.get("/flowshield").spelled(spelling))).isEqualTo(APPLICATION);
  }
}
