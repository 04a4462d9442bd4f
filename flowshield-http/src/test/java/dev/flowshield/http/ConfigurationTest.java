package dev.flowshield.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {

  private static final Map<String, String> NONE = Map.of();
  private static final String HEALTH =
      "; left alone: /health /healthz /livez /readyz /health/live /health/ready /actuator/health/**";

  @Test
  void withoutAConfigurationTheDefaultsHold() {
    assertThat(shield(NONE, NONE, NONE, NONE))
        .hasToString("FlowShield: each client 100/s (at most 200 in any 1s)"
            + ", up to 1,000,000 clients told apart; at most 1,000 requests in flight, else 503"
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
        "health-paths", "/up, /down/**",
        "overload-status", "429");
    assertThat(shield(NONE, NONE, NONE, file))
        .hasToString("FlowShield: everyone together 5000/s (at most 10,000 in any 1s)"
            + "; each client 10/s burst 20 (at most 30 in any 1s), up to 1,000 clients told apart"
            + "; at most 200 requests in flight, else 429; left alone: /up /down/**");
  }

  @Test
  void whatIsOffIsLeftOut() {
    Map<String, String> file =
        Map.of("limit", "off", "per-client", "off", "in-flight", " 7 ", "health-paths", "off");
    assertThat(shield(NONE, NONE, NONE, file))
        .hasToString("FlowShield: at most 7 requests in flight, else 503; left alone: none");
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
  void allMistakesAreReportedAtOnceWithWhereTheyStand() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(
            Map.of("flowshield.perclient", "100/s"),
            Map.of("FLOWSHIELD_IN_FLIGHT", "many", "FLOWSHIELD_TTL", "5"),
            Map.of("overload-status", "200"),
            Map.of("per-client", "fast", "flowshield.limit", "5/s")))
        .withMessage("FlowShield cannot start:\n"
            + "  'flowshield.limit' in flowshield.properties must be one of " + KNOWN
            + ", got 'flowshield.limit': correct or remove it\n"
            + "  environment variable 'FLOWSHIELD_TTL' must be one of " + KNOWN
            + ", got 'ttl': correct or remove it\n"
            + "  system property 'flowshield.perclient' must be one of " + KNOWN
            + ", got 'perclient': correct or remove it\n"
            + "  'per-client' in flowshield.properties: limit must be permits/period, as in '100/s',"
            + " '1000/min burst 50' or '5/250ms' (periods: ns, us, ms, s, min, h, day), got 'fast':"
            + " write it in that form; or 'off'\n"
            + "  environment variable 'FLOWSHIELD_IN_FLIGHT': in-flight must be a whole number,"
            + " got 'many': write digits only; or 'off'\n"
            + "  setting 'overload-status': overloadStatus must be 400 to 599, got 200:"
            + " choose 503, or 429 to keep connections open");
  }

  private static final String KNOWN =
      "[health-paths, in-flight, limit, limiter, max-clients, overload-status, per-client]";

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

  @Test
  void rejectsALimiterWithoutTheLimitItServes() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> shield(NONE, NONE, NONE, Map.of("per-client", "off", "max-clients", "10")))
        .withMessageContaining(
            "'max-clients' in flowshield.properties must come with per-client, got"
                + " '10' where 'per-client' in flowshield.properties is off");
  }

  @Nested
  class TheFile {

    @TempDir
    private Path folder;

    @Test
    void isFoundByTheContextClassLoader() throws IOException {
      write("per-client = 7/min\n# a remark\n");
      assertThat(inContext(folder)).contains("each client 7/min");
    }

    @Test
    void isNotNeeded() throws IOException {
      assertThat(inContext(folder)).contains("each client 100/s");
    }

    @Test
    void mustBeOneThatCanBeRead() throws IOException {
      write("per-client = \\u00zz\n");
      assertThatThrownBy(() -> inContext(folder))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("flowshield.properties must be a properties file");
      Files.delete(folder.resolve("flowshield.properties"));
      Path gone = folder.resolve("gone.jar");
      assertThatThrownBy(() -> inContext(new ClassLoader(null) {
            @Override
            public URL getResource(String name) {
              return url(gone);
            }
          }))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("must be readable");
    }

    private void write(String text) throws IOException {
      Files.writeString(folder.resolve("flowshield.properties"), text);
    }
  }

  @Test
  void settingsInPlaceReachTheShield() {
    assertThat(HttpShield.fromConfiguration(Map.of("limit", "50/s")).toString())
        .contains("everyone together 50/s");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/health",
        "/healthz",
        "/livez",
        "/readyz",
        "/health/live",
        "/health/ready",
        "/actuator/health",
        "/actuator/health/",
        "/actuator/health/db/disk"
      })
  void usualHealthPathsAreLeftAlone(String path) {
    assertThat(HealthPaths.DEFAULT.contains(path)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/health/",
        "/health/records/7",
        "/healthzz",
        "/HEALTH",
        "/actuator",
        "/actuator/healthz",
        "/actuator/health/../env",
        "/actuator/health/..;/env",
        "//health",
        "/api/health"
      })
  void noOtherPathIs(String path) {
    assertThat(HealthPaths.DEFAULT.contains(path)).isFalse();
  }

  private static String inContext(Path folder) throws IOException {
    try (URLClassLoader loader = new URLClassLoader(new URL[] {url(folder)}, null)) {
      return inContext(loader);
    }
  }

  private static String inContext(ClassLoader loader) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return HttpShield.fromConfiguration().toString();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static HttpShield shield(
      Map<String, String> system,
      Map<String, String> environment,
      Map<String, String> inPlace,
      Map<String, String> file) {
    return new ConfigurationSources(system, environment, inPlace, file).shield();
  }
}
