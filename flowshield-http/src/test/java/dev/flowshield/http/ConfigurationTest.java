package dev.flowshield.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
            + ", got 'flowshield.limit': leave out the prefix, as in limit\n"
            + "  environment variable 'FLOWSHIELD_TTL' must be one of " + KNOWN
            + ", got 'ttl': correct or remove it\n"
            + "  system property 'flowshield.perclient' must be one of " + KNOWN
            + ", got 'perclient': write flowshield.per-client\n"
            + "  'per-client' in flowshield.properties must be permits/period, as in '100/s',"
            + " '1000/min burst 50' or '5/250ms' (periods: ns, us, ms, s, min, h, day), got 'fast':"
            + " write it in that form\n"
            + "  environment variable 'FLOWSHIELD_IN_FLIGHT' must be a whole number from 1 to"
            + " 1,000,000, got 'many': choose how many requests the server can work at together\n"
            + "  setting 'overload-status' must be a whole number from 400 to 599, got '200':"
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "in-flight   | 0         | must be a whole number from 1 to 1,000,000, got '0': choose how many requests the server can work at together; or 'off' for no cap",
        "in-flight   | 1000001   | must be a whole number from 1 to 1,000,000, got '1000001': choose how many requests the server can work at together",
        "limit       | unlimited | got 'unlimited': write it in that form; or 'off' for no limit",
        "per-client  | OFF       | got 'OFF': write it in that form; or 'off' for no limit",
        "per-client  | 0/s       | got 0: a limit that admits nothing is a route to leave out; or 'off' for no limit",
        "per-client  | 1/month   | 'month' is no period, say '30day' for a month",
        "max-clients | 0         | must be a whole number from 1 to 100,000,000, got '0': choose what memory allows, 24 bytes a client; those beyond share allowances"
      })
  void tellsOfOffWhereItMayBeWhatWasMeant(String key, String value, String end) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, NONE, NONE, Map.of(key, value)))
        .withMessageEndingWith(end);
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
    "flowshield.per_client, 'leave out the prefix, as in per-client'",
    "ttl, correct or remove it"
  })
  void saysHowToWriteANameThatIsNearlyRight(String name, String wayOut) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shield(NONE, NONE, NONE, Map.of(name, "1/s")))
        .withMessageEndingWith("got '" + name + "': " + wayOut);
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
    void mayBeginWithAByteOrderMark() throws IOException {
      write("\uFEFFper-client = 7/min\n");
      assertThat(inContext(folder)).contains("each client 7/min");
    }

    @Test
    void maySetEachSettingOnce() throws IOException {
      write("per-client = 7/min\nlimit = 5/s\nper-client = 8/min\n");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> inContext(folder))
          .withMessage("FlowShield cannot start:\n  'per-client' in flowshield.properties must be"
              + " set once, got it several times: keep one of them");
    }

    @Test
    void isTheFirstOfSeveralAndAWarningSaysSo() throws IOException {
      Path tests = Files.createDirectory(folder.resolve("test-classes"));
      Path classes = Files.createDirectory(folder.resolve("classes"));
      Files.writeString(tests.resolve("flowshield.properties"), "per-client = 1/min\n");
      Files.writeString(classes.resolve("flowshield.properties"), "per-client = 2/min\n");
      try (LogOfShields log = new LogOfShields();
          URLClassLoader loader = new URLClassLoader(new URL[] {url(tests), url(classes)}, null)) {
        assertThat(inContext(loader)).contains("each client 1/min");
        assertThat(log.warnings())
            .containsExactly("FlowShield: flowshield.properties must be on the class path once,"
                + " got 2, in test-classes, classes: the first of them counts alone, so remove the"
                + " others or merge them");
      }
    }

    @Test
    void isNamedWithoutWhereTheApplicationIsInstalled() throws IOException {
      List<URL> found = List.of(
          new URL("jar:https://user:secret@host.example/lib/app.jar!/flowshield.properties"),
          new URL("file:/home/alice/app/classes/flowshield.properties"));
      assertThat(ClassPath.places(found, "flowshield.properties")).isEqualTo("app.jar, classes");
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
            protected Enumeration<URL> findResources(String name) {
              return Collections.enumeration(List.of(url(gone)));
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
    return new ConfigurationSources(system, environment, inPlace, new SettingsFile(file, Set.of()))
        .shield();
  }
}
