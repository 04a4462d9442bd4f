package dev.flowshield.http;

import static dev.flowshield.Criticality.CRITICAL;
import static dev.flowshield.Criticality.DEFAULT;
import static dev.flowshield.Criticality.SHEDDABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.flowshield.Criticality;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much requests mean, seen from what a full server counts. */
class CriticalityTest {

  private static final String PROXY = "10.0.0.1";
  private static final String STRANGER = "192.0.2.1";

  /** How much a request means to a shield. */
  private static Criticality meaning(HttpShieldBuilder builder, FakeRequest request) {
    HttpShield full = builder.inFlight(1).build();
    assertThat(full.admit(new FakeRequest("GET", "/", "192.0.2.9")))
        .isInstanceOf(HttpAdmitted.class);
    assertThat(full.admit(request)).isInstanceOf(ShieldResponse.class);
    assertThat(full.stats().shed()).isEqualTo(1);
    for (Criticality each : Criticality.values()) {
      if (full.stats().shed(each) == 1) {
        return each;
      }
    }
    throw new AssertionError(full.stats());
  }

  private static FakeRequest get(String path, String peer) {
    return new FakeRequest("GET", path, peer);
  }

  private static HttpShieldBuilder rows() {
    return HttpShield.builder().perClient("100/s").policies("""
        * /pay   *  10/s  class=critical
        * /ads   *  off   class=sheddable
        * /other *  10/s  key=header:Api-Key
        * /key   *  10/s  key=header:Api-Key class=critical
        """);
  }

  @ParameterizedTest
  @CsvSource({"/pay, CRITICAL", "/ads, SHEDDABLE", "/other, DEFAULT", "/key, CRITICAL", "/, DEFAULT"
  })
  void isSaidByARow(String path, Criticality expected) {
    assertThat(meaning(rows(), get(path, STRANGER))).isEqualTo(expected);
  }

  @Test
  void isTheLesserWhereAPathMayBeOneOrAnother() {
    HttpShieldBuilder builder = HttpShield.builder().perClient("100/s").policies("""
        * /a/pay  *  10/s  class=critical
        * /pay    *  10/s
        """);
    assertThat(meaning(builder, get("/a/..;/pay", STRANGER))).isEqualTo(DEFAULT);
  }

  @Test
  void isSaidByAFunctionBeforeARow() {
    HttpShieldBuilder builder = rows()
        .overload(
            o -> o.criticality(request -> request.header("Retry") == null ? null : SHEDDABLE));

    assertThat(meaning(builder, get("/pay", STRANGER).with("Retry", "1"))).isEqualTo(SHEDDABLE);
    assertThat(meaning(builder, get("/key", STRANGER).with("Retry", "1"))).isEqualTo(SHEDDABLE);
    assertThat(meaning(builder, get("/pay", STRANGER))).isEqualTo(CRITICAL);
  }

  @ParameterizedTest
  @CsvSource({"critical, CRITICAL", "SHEDDABLE, SHEDDABLE", "Default, DEFAULT", "high, CRITICAL"})
  void isSaidByAFieldOfATrustedProxy(String value, Criticality expected) {
    HttpShieldBuilder builder = rows()
        .clients(c -> c.trustedProxies("10.0.0.0/8"))
        .overload(o -> o.criticalityHeader("X-Criticality"));

    assertThat(meaning(builder, get("/pay", PROXY).with("X-Criticality", value)))
        .isEqualTo(expected);
  }

  @Test
  void isNotSaidByAFieldOfAnyOther() {
    HttpShieldBuilder builder = rows()
        .clients(c -> c.trustedProxies("10.0.0.0/8"))
        .overload(o -> o.criticalityHeader("X-Criticality"));

    assertThat(meaning(builder, get("/", STRANGER).with("X-Criticality", "critical")))
        .isEqualTo(DEFAULT);
  }

  @Test
  void isNotSaidByAFieldThatComesTwiceAsOneMayBeTheClients() {
    HttpShieldBuilder builder = rows()
        .clients(c -> c.trustedProxies("10.0.0.0/8"))
        .overload(o -> o.criticalityHeader("X-Criticality"));

    FakeRequest twice =
        get("/", PROXY).with("X-Criticality", "critical").with("X-Criticality", "sheddable");
    assertThat(meaning(builder, twice)).isEqualTo(DEFAULT);
  }

  @Test
  void needsProxiesToBelieveAField() {
    HttpShieldBuilder builder = rows().overload(o -> o.criticalityHeader("X-Criticality"));

    assertThatIllegalStateException()
        .isThrownBy(builder::build)
        .withMessage("criticalityHeader must come with the proxies that write the header, got"
            + " 'X-Criticality' alone: set trustedProxies, as in \"10.0.0.0/8\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.overload(o -> o.criticalityHeader("X Criticality")))
        .withMessageContaining("write it as in 'X-Criticality'");
  }

  @Test
  void isASetting() {
    HttpShieldBuilder builder = HttpShield.builder()
        .settings(Map.of(
            "per-client", "100/s",
            "trusted-proxies", "10.0.0.0/8",
            "criticality-header", "X-Criticality"));
    assertThat(meaning(builder, get("/", PROXY).with("X-Criticality", "critical")))
        .isEqualTo(CRITICAL);
  }
}
