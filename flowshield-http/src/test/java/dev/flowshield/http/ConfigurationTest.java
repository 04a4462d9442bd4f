package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.passes;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.spend;
import static dev.flowshield.http.Sources.NONE;
import static dev.flowshield.http.Sources.shield;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flowshield.LimitStore;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.settings.ConfigurationSources;
import dev.flowshield.http.settings.SettingsFile;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Which settings hold, and what they make of a shield. */
class ConfigurationTest {

  private static final String HEALTH =
      "; left alone: /health /healthz /livez /readyz /health/live /health/ready /actuator/health/**";

  @Test
  void withoutAConfigurationTheDefaultsHold() {
    assertThat(shield(NONE, NONE, NONE, NONE))
        .hasToString("FlowShield: each client 100/s burst 500 (at most 600 in any 1s)"
            + ", up to 1,000,000 clients told apart; as many requests in flight as the server can work at, else 503"
            + "; at most 10,000 open streams, 500 of each client"
            + HEALTH);
  }

  @Test
  void everySettingCanStandInTheFile() {
    Map<String, String> file = Map.of(
        "limit", "5000/s",
        "per-client", "10/s burst 20",
        "limiter", "token-bucket",
        "max-clients", "1000",
        "in-flight", "200",
        "memory-guard", "on",
        "streams", "2000",
        "streams-per-client", "20",
        "health-paths", "/up, /down/**",
        "overload-status", "429");
    assertThat(shield(NONE, NONE, NONE, file))
        .hasToString("FlowShield: everyone together 5000/s (at most 10,000 in any 1s)"
            + "; each client 10/s burst 20 (at most 30 in any 1s), up to 1,000 clients told apart"
            + "; at most 200 requests in flight, else 429; at most 2,000 open streams, 20 of each client"
            + "; left alone: /up /down/**");
  }

  @Test
  void whatIsOffIsLeftOut() {
    Map<String, String> file = Map.of(
        "limit", "off",
        "per-client", "off",
        "in-flight", " 7 ",
        "streams", "off",
        "streams-per-client", "off",
        "health-paths", "off");
    assertThat(shield(NONE, NONE, NONE, file))
        .hasToString("FlowShield: at most 7 requests in flight, else 503; left alone: none");
    assertThat(shield(NONE, NONE, NONE, NONE).engine().isInFlightAuto()).isTrue();
    assertThat(shield(NONE, NONE, NONE, Map.of("in-flight", "7")).engine().isInFlightAuto())
        .isFalse();
    assertThat(shield(NONE, NONE, NONE, Map.of("in-flight", "off")).stats().inFlightLimit())
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Nested
  class WhenSeveralSourcesSayDifferentThings {

    private final Map<String, String> file = Map.of("per-client", "1/s", "in-flight", "1");
    private final Map<String, String> inPlace = Map.of("per-client", "2/s", "in-flight", "2");
    private final Map<String, String> environment =
        Map.of("FLOWSHIELD_PER_CLIENT", "3/s", "FLOWSHIELD_IN_FLIGHT", "3", "PATH", "/bin");
    private final Map<String, String> system =
        Map.of("flowshield.per-client", "4/s", "java.version", "17");

    @Test
    void theSystemPropertyWins() {
      assertThat(shield(system, environment, inPlace, file).toString()).contains("client 4/s");
    }

    @Test
    void thenTheEnvironmentSettingBySetting() {
      assertThat(shield(system, environment, inPlace, file).stats().inFlightLimit())
          .isEqualTo(3);
    }

    @Test
    void thenWhatWasGivenInPlace() {
      assertThat(shield(NONE, NONE, inPlace, file).toString()).contains("client 2/s");
    }

    @Test
    void thenTheFile() {
      assertThat(shield(NONE, NONE, NONE, file).toString()).contains("client 1/s");
    }
  }

  @Test
  void takesTheEndsOfEveryRange() {
    Map<String, String> most =
        Map.of("in-flight", "1000000", "max-clients", "100000000", "overload-status", "599");
    assertThat(shield(NONE, NONE, NONE, most).toString())
        .contains("up to 100,000,000 clients", "at most 1,000,000 requests in flight, else 599");
    Map<String, String> least =
        Map.of("in-flight", "1", "max-clients", "1", "overload-status", "400");
    assertThat(shield(NONE, NONE, NONE, least).toString())
        .contains("up to 1 clients", "at most 1 requests in flight, else 400");
  }

  @Test
  void leavesTheLinksToServicesOfKubernetesAlone() {
    Map<String, String> links = Map.of(
        "FLOWSHIELD_PORT", "tcp://192.0.2.1:80",
        "FLOWSHIELD_SERVICE_HOST", "192.0.2.1",
        "FLOWSHIELD_SERVICE_PORT", "80",
        "FLOWSHIELD_SERVICE_PORT_HTTP", "80",
        "FLOWSHIELD_PORT_80_TCP", "tcp://192.0.2.1:80",
        "FLOWSHIELD_PORT_80_TCP_ADDR", "192.0.2.1",
        "FLOWSHIELD_PORT_80_TCP_PORT", "80",
        "FLOWSHIELD_PORT_80_TCP_PROTO", "tcp",
        "FLOWSHIELD_DEMO_SERVICE_HOST", "192.0.2.1");
    assertThat(shield(NONE, links, NONE, NONE))
        .hasToString(shield(NONE, NONE, NONE, NONE).toString());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, Map.of("FLOWSHIELD_PORTS", "80"), NONE, NONE))
        .withMessageEndingWith("got 'ports': correct or remove it");
  }

  @Test
  void isThereIfAnythingIsSetRightlyOrNot() {
    assertThat(areSet(Map.of("java.version", "17"), Map.of("PATH", "/bin"))).isFalse();
    assertThat(areSet(NONE, Map.of("FLOWSHIELD_SERVICE_HOST", "192.0.2.1"))).isFalse();
    assertThat(areSet(NONE, Map.of("FLOWSHIELD_PER_CLIENT", "100/s"))).isTrue();
    assertThat(areSet(NONE, Map.of("FLOWSHIELD_PER_CLINT", "100/s"))).isTrue();
    assertThat(areSet(Map.of("flowshield.per-client", "100/s"), NONE)).isTrue();
    assertThat(areSet(Map.of("flowshield.per-clint", "100/s"), NONE)).isTrue();
  }

  private static boolean areSet(Map<String, String> system, Map<String, String> environment) {
    return new ConfigurationSources(system, environment, NONE, SettingsFile.NONE).areSet();
  }

  @Test
  void settingsInPlaceReachTheShield() {
    assertThat(HttpShield.fromConfiguration(Map.of("limit", "50/s")).toString())
        .contains("everyone together 50/s");
  }

  @Test
  void saysWhereTheClientsAddressIs() {
    HttpShield shield = shield(
        NONE,
        Map.of("FLOWSHIELD_TRUSTED_PROXIES", "10.0.0.0/8, loopback"),
        NONE,
        Map.of("client-address", "forwarded", "ipv6-prefix", "56", "per-network", "800/s /48"));

    assertThat(shield.toString())
        .contains("; network: each client 800/s")
        .contains("; clients by Forwarded from 10.0.0.0/8, 127.0.0.0/8, "
            + "0000:0000:0000:0000:0000:0000:0000:0001/128; IPv6 clients by /56; ");
    assertThat(shield(NONE, NONE, NONE, Map.of("trusted-hops", "2")).toString())
        .contains("; clients by X-Forwarded-For of 2 proxies in a row; ");
    assertThat(shield(NONE, NONE, NONE, Map.of("trusted-proxies", "off")).toString())
        .doesNotContain("clients by");
    Map<String, String> broad = Map.of("trusted-proxies", "0.0.0.0/0", "allow-broad-trust", "true");
    assertThat(shield(NONE, NONE, NONE, broad).toString())
        .contains("; clients by X-Forwarded-For from 0.0.0.0/0; ");
  }

  @Test
  void theAnswersAreAsTheSettingsSay() {
    Map<String, String> file = Map.of(
        "per-client", "1/h",
        "headers", "off",
        "legacy-headers", "delta",
        "body", "problem",
        "cors-origins", "https://a.example, https://b.example");
    HttpShield shield = shield(NONE, NONE, NONE, file);
    spend(shield, CLIENT, 1);
    FakeRequest request = FakeRequest.from(CLIENT).with("Origin", "https://b.example");
    assertThat(rejected(shield.admit(request)).headers())
        .extracting(ShieldResponse.Header::name)
        .containsExactly(
            "Content-Type",
            "Content-Length",
            "Cache-Control",
            "Retry-After",
            "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
            "X-RateLimit-Reset",
            "Access-Control-Allow-Origin",
            "Vary",
            "Access-Control-Expose-Headers");
  }

  @Test
  void theAnswersOfTheDefaultCanBeWrittenOut() {
    Map<String, String> file = Map.of(
        "headers", "on-reject", "legacy-headers", "off", "body", "json", "cors-origins", "off");
    Map<String, String> inPlace = Map.of("per-client", "1/day");
    HttpShield written = shield(NONE, NONE, inPlace, file);
    HttpShield byDefault = shield(NONE, NONE, inPlace, NONE);
    spend(written, CLIENT, 1);
    spend(byDefault, CLIENT, 1);
    FakeRequest request = FakeRequest.from(CLIENT).with("Origin", "off");
    assertThat(rejected(written.admit(request)))
        .hasToString(rejected(byDefault.admit(request)).toString());
  }

  @Nested
  class WhenCodeHasTheSameSetting {

    @Test
    void offRemovesIt() {
      Map<String, String> off = Map.of("in-flight", "off", "streams", "off", "limit", "off");
      HttpShield shield = shield(off, it -> it.inFlight(200).limit("9/s").streams(s -> s.most(5)));

      assertThat(shield.stats().inFlightLimit()).isEqualTo(Integer.MAX_VALUE);
      assertThat(shield.toString()).doesNotContain("everyone together", "open streams, 5 ");
      assertThat(shield(
                  Map.of("streams", "off", "streams-per-client", "off"),
                  it -> it.streams(s -> s.most(5).mostPerClient(2)))
              .toString())
          .doesNotContain("open streams");
    }

    @Test
    void theDefaultLeavesIt() {
      HttpShield shield =
          shield(NONE, it -> it.inFlight(200).perClient("7/s").streams(s -> s.most(5)));

      assertThat(shield.stats().inFlightLimit()).isEqualTo(200);
      assertThat(shield.toString())
          .contains("each client 7/s ", "at most 5 open streams, 500 of each client");
    }

    @Test
    void theDefaultLeavesACapThatIsOff() {
      HttpShield shield = shield(NONE, it -> it.inFlight(InFlightLimit.off()));

      assertThat(shield.engine().isInFlightAuto()).isFalse();
      assertThat(shield.stats().inFlightLimit()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void aLimitOfTheConfigurationReplacesIt() {
      Map<String, String> file = Map.of("per-client", "9/s", "limit", "50/s");

      assertThat(shield(file, it -> it.perClient("5/s").limit("40/s")).toString())
          .contains("everyone together 50/s ", "each client 9/s ")
          .doesNotContain("5/s,", "40/s");
    }

    @Test
    void codeMustStillSetALimitOnce() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> shield(NONE, it -> it.perClient("5/s").perClient("6/s")))
          .withMessageStartingWith("perClient must be set once");
    }

    @Test
    void policiesOfBothAreAdded() {
      Map<String, String> file = Map.of("policy.1", "GET /b * 2/day", "policy.2", "off");

      assertThat(shield(file, it -> it.policies("GET /a * 1/day")).policies())
          .containsExactly("GET /a * 1/day name=a", "GET /b * 2/day name=b");
    }

    @Test
    void aSettingThatIsOnIsTurnedOff() {
      HttpShield shield = shield(
          Map.of("show-keys", "false", "per-client", "1/day"),
          it -> it.operations(o -> o.showKeys(true)));

      passes(shield, FakeRequest.from(CLIENT), 1);
      assertThat(shield.engine().topRejected(1).get(0).key()).doesNotContain(CLIENT);
    }

    @Test
    void aStoreOfTheConfigurationReplacesOneThatIsOpen() {
      LimitStore open = new TestStoreProvider().open("test:of-code", NONE);

      assertThat(shield(Map.of("store", "test:of-file"), it -> it.store(s -> s.opened(open)))
              .toString())
          .contains("by test:of-file");
      assertThat(shield(Map.of("store", "off"), it -> it.store(s -> s.opened(open)))
              .toString())
          .doesNotContain("test:");
    }

    @Test
    void aLimitForAllIsEnoughWhereTheOthersAreOff() {
      Map<String, String> off = Map.of("per-client", "off", "in-flight", "off");

      assertThat(shield(off, it -> it.limit("5/s")).toString()).contains("everyone together 5/s ");
    }
  }

  @Test
  void settingsOfAFrameworkReplaceThoseOfTheBuilder() {
    HttpShield shield = HttpShield.builder()
        .perClient("5/s")
        .inFlight(7)
        .settings(Map.of("per-client", "9/s", "in-flight", "off"))
        .build();

    assertThat(shield.toString()).contains("each client 9/s ").doesNotContain("in flight");
  }
}
