package dev.flowshield.http;

import static dev.flowshield.http.Sources.NONE;
import static dev.flowshield.http.Sources.shield;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a configuration that cannot be meant so. */
class ConfigurationMistakesTest {

  private static final String KNOWN = HttpShield.settings().toString();

  @Test
  void allMistakesAreReportedAtOnceWithWhereTheyStand() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(
            Map.of("flowshield.perclient", "100/s"),
            Map.of("FLOWSHIELD_IN_FLIGHT", "many", "FLOWSHIELD_TTL", "5"),
            Map.of("overload-status", "200"),
            Map.of("per-client", "fast", "flowshield.limit", "5/s", "limit", "5/s")))
        .withMessage("FlowShield cannot start:\n"
            + "  'flowshield.limit' in flowshield.properties must be set once, got it with and"
            + " without the prefix: keep one of them\n"
            + "  environment variable 'FLOWSHIELD_TTL' must be one of " + KNOWN
            + ", got 'ttl': correct or remove it\n"
            + "  system property 'flowshield.perclient' must be one of " + KNOWN
            + ", got 'perclient': write flowshield.per-client\n"
            + "  'per-client' in flowshield.properties must be permits/period, as in '100/s',"
            + " '1000/min burst 50' or '5/250ms' (periods: ns, us, ms, s, min, h, day), got 'fast':"
            + " write it in that form\n"
            + "  environment variable 'FLOWSHIELD_IN_FLIGHT' must be a whole number from 1 to"
            + " 1,000,000, got 'many': choose how many requests the server can work at together, or"
            + " auto to have that found\n"
            + "  setting 'overload-status' must be a whole number from 400 to 599, got '200':"
            + " choose 503, or 429 to keep connections open");
  }

  @ParameterizedTest
  @CsvSource({
    "in-flight, 0",
    "in-flight, 1000001",
    "in-flight, 3000000000",
    "in-flight, ''",
    "limit, ''",
    "limit, 0/s",
    "per-client, OFF",
    "per-client, 1/fortnight",
    "max-clients, 0",
    "max-clients, lots",
    "limiter, no-such-limiter",
    "health-paths, health",
    "health-paths, '/up,'",
    "health-paths, /**",
    "health-paths, /a*b",
    "health-paths, /a/../b",
    "overload-status, 600",
    "overload-status, off",
    "trusted-proxies, ''",
    "trusted-proxies, proxy.local",
    "trusted-proxies, 10.0.0.1/8",
    "trusted-proxies, 0.0.0.0/0",
    "allow-broad-trust, yes",
    "client-address, x-real-ip",
    "client-address, header:",
    "client-address, header:X-Forwarded-For",
    "client-address, forwarded",
    "trusted-hops, 33",
    "trusted-hops, off",
    "ipv6-prefix, 24",
    "per-network, 8/s /64",
    "per-network, 8/s /8",
    "unknown, 1",
    "'', 1"
  })
  void rejectsWhatIsImpossibleAndNamesTheSetting(String key, String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, NONE, NONE, Map.of(key, value)))
        .withMessageStartingWith("FlowShield cannot start")
        .withMessageContaining(key)
        .withMessageContaining("flowshield.properties");
  }

  @Test
  void rejectsAShieldThatProtectsNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, NONE, NONE, Map.of("per-client", "off", "in-flight", "off")))
        .withMessageContaining("in-flight=off ('in-flight' in flowshield.properties)")
        .withMessageContaining("limit, per-client and in-flight must not all be off")
        .withMessageContaining("as in per-client=100/s");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "in-flight   | 0         | must be a whole number from 1 to 1,000,000, got '0': choose how many requests the server can work at together, or auto to have that found; or 'off' for no cap",
        "in-flight   | 1000001   | must be a whole number from 1 to 1,000,000, got '1000001': choose how many requests the server can work at together, or auto to have that found",
        "limit       | unlimited | got 'unlimited': write it in that form; or 'off' for no limit",
        "per-client  | OFF       | got 'OFF': write it in that form; or 'off' for no limit",
        "per-client  | 0/s       | got 0: remove a route that admits nothing; or 'off' for no limit",
        "per-client  | 1/month   | 'month' is no period, write '30day' for a month",
        "trusted-proxies | none | write an address as digits, a name is not looked up; or 'off' for none",
        "trusted-proxies | *       | got '*': write the length of what is fixed in place of *, as in '10.0.0.0/8' for 10.*, or '0.0.0.0/0, ::/0' for all addresses",
        "trusted-proxies | 10.*    | got '10.*': write the length of what is fixed in place of *, as in '10.0.0.0/8' for 10.*, or '0.0.0.0/0, ::/0' for all addresses",
        "policy.1        | /search GET * 10/s | got '/search GET * 10/s': write 'GET /search', or * for each method",
        "trusted-proxies | 0.0.0.0/0 | trusted-proxies must be the networks of your own proxies, got [0.0.0.0/0], from which anyone could write an address of their choice: name smaller networks, or set allow-broad-trust if none but proxies can connect",
        "client-address | forwarded | client-address must come with the proxies that write the header, got 'forwarded' alone: set trusted-proxies, as in \"10.0.0.0/8\"",
        "client-address | x-real-ip | 'client-address' in flowshield.properties must be one of peer, x-forwarded-for, forwarded, header:<name>, container, got 'x-real-ip': name the one header that your proxy writes",
        "per-network | none | got 'none': write it in that form; or 'off' for no limit",
        "max-clients | 0         | must be a whole number from 1 to 100,000,000, got '0': choose what memory allows, 24 bytes a client; those beyond share allowances"
      })
  void tellsOfOffWhereItMayBeWhatWasMeant(String key, String value, String end) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, NONE, NONE, Map.of(key, value)))
        .satisfies(mistake -> assertThat(
                String.valueOf(mistake.getMessage()).replaceFirst(" \\(in force: .*", ""))
            .endsWith(end));
  }

  @Test
  void speaksOfASettingAsThePlaceDoesWhereItIsSet() {
    String paths = " must be paths such as '/healthz'";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, NONE, NONE, Map.of("health-paths", "up")))
        .withMessageContaining("\n  'health-paths' in flowshield.properties" + paths);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, NONE, Map.of("health-paths", "up"), NONE))
        .withMessageContaining("\n  setting 'health-paths'" + paths);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, Map.of("FLOWSHIELD_HEALTH_PATHS", "up"), NONE, NONE))
        .withMessageContaining("\n  environment variable 'FLOWSHIELD_HEALTH_PATHS'" + paths);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(Map.of("flowshield.health-paths", "up"), NONE, NONE, NONE))
        .withMessageContaining("\n  system property 'flowshield.health-paths'" + paths);
    Map<String, String> allOff = Map.of("FLOWSHIELD_PER_CLIENT", "off");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, allOff, NONE, Map.of("in-flight", "off")))
        .withMessageEndingWith(": set one of them, as in FLOWSHIELD_PER_CLIENT=100/s");
  }

  @ParameterizedTest
  @CsvSource({
    "perClient, write per-client",
    "PER_CLIENT, write per-client",
    "per-clients, 'write per-client if that is meant, or remove it'",
    "trusted-proxys, 'write trusted-proxies if that is meant, or remove it'",
    "in-fligth, 'write in-flight if that is meant, or remove it'",
    "bodi, 'write body if that is meant, or remove it'",
    "limits-of-all, correct or remove it",
    "ttl, correct or remove it"
  })
  void saysHowToWriteANameThatIsNearlyRight(String name, String wayOut) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, NONE, NONE, Map.of(name, "1/s")))
        .withMessageEndingWith("got '" + name + "': " + wayOut);
  }

  @Test
  void saysHowToWriteANameWhereItStands() {
    Map<String, String> settings = Map.of("flowshield.per_client", "1/s");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, NONE, NONE, settings))
        .withMessageContaining("'flowshield.per_client' in flowshield.properties must be")
        .withMessageEndingWith("got 'per_client': write per-client");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, NONE, settings, NONE))
        .withMessageEndingWith(
            "got 'flowshield.per_client': leave out the prefix, as in per-client");
  }

  @Test
  void rejectsAVariableInSmallLetters() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, Map.of("flowshield_per_client", "1/s"), NONE, NONE))
        .withMessageEndingWith("environment variable 'flowshield_per_client' must be written in"
            + " capitals, got 'flowshield_per_client': rename it to FLOWSHIELD_PER_CLIENT");
    Map<String, String> ofAScript = Map.of("flowshield_home", "/opt");
    assertThat(shield(NONE, ofAScript, NONE, NONE).toString()).contains("client 100/s");
  }

  @Test
  @SuppressWarnings("NullAway") // what a caller without a null check may do
  void rejectsNullByItsName() {
    Map<String, String> withNull = new HashMap<>();
    withNull.put("per-client", null);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.fromConfiguration(withNull))
        .withMessageEndingWith(
            "setting 'per-client' must have a value, got null: set it or leave it out");
    assertThatNullPointerException()
        .isThrownBy(() -> HttpShield.fromConfiguration(null))
        .withMessage(
            "settings must be a map, got null: leave them out for those of the" + " configuration");
  }

  @Test
  void rejectsALimiterWithoutTheLimitItServes() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> shield(NONE, NONE, NONE, Map.of("per-client", "off", "max-clients", "10")))
        .withMessageContaining(
            "'max-clients' in flowshield.properties must come with per-client, got"
                + " '10' where 'per-client' in flowshield.properties is off");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "headers        | sometimes | be one of [always, on-reject, off], got 'sometimes'",
        "headers        | ON_REJECT | be one of [always, on-reject, off], got 'ON_REJECT'",
        "legacy-headers | unix      | be one of [off, delta, epoch], got 'unix'",
        "body          | html      | be one of [json, problem], got 'html': write one of these",
        "cors-origins  | *         | be exact origins such as 'https://app.example.com', got '*'",
        "cors-origins  | none      | be exact origins such as 'https://app.example.com', got 'none'"
      })
  void aChoiceThatIsNoneIsNamedWithWhatThereIs(String setting, String value, String must) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, NONE, NONE, Map.of(setting, value)))
        .withMessageContaining("'" + setting + "' in flowshield.properties must " + must);
  }

  @Test
  void longTextsTakeLinearTime() {
    Map<String, String> spaces = Map.of("cors-origins", "a" + " ".repeat(50_000) + "b");
    Map<String, String> letters = Map.of("Σ".repeat(50_000), "1"); // with two lower cases
    assertTimeout(Duration.ofSeconds(5), () -> {
      assertThatIllegalArgumentException().isThrownBy(() -> shield(NONE, NONE, spaces, NONE));
      assertThatIllegalArgumentException().isThrownBy(() -> shield(NONE, NONE, letters, NONE));
    });
  }
}
