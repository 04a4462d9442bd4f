package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.admitted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.flowshield.http.exchange.ConsoleAccess;
import dev.flowshield.http.exchange.Finding;
import dev.flowshield.http.exchange.RequestInterceptor;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.settings.ConfigurationSources;
import dev.flowshield.http.settings.SettingsFile;
import dev.flowshield.http.spi.ConsoleProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings of the console, and the module that they need. */
class ConsoleSettingsTest {

  private static final String PASSWORD = "correct horse battery";

  @TempDir
  private Path classPath;

  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private final Map<String, String> file = new HashMap<>(Map.of("per-client", "2/day"));

  /** A console that answers each request for its path with its settings. */
  public static final class TestConsole implements ConsoleProvider {
    @Override
    public RequestInterceptor console(
        HttpShield shield,
        String path,
        @Nullable String password,
        Consumer<? super Finding> findings) {
      return request -> {
        if (!request.path().equals(path)) {
          return null;
        }
        findings.accept(new Finding("FS999", "a console must be tested, got one: test it"));
        String text = shield.name() + " " + password;
        return ShieldResponse.of(
            200, "text/plain", text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      };
    }
  }

  @AfterEach
  void forgetTheModule() {
    Thread.currentThread().setContextClassLoader(before);
  }

  private void addTheModule() throws IOException {
    Path services = Files.createDirectories(classPath.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(ConsoleProvider.class.getName()), TestConsole.class.getName());
    Thread.currentThread()
        .setContextClassLoader(new URLClassLoader(
            new URL[] {classPath.toUri().toURL()}, TestConsole.class.getClassLoader()));
  }

  private HttpShield shield() {
    return HttpShield.of(
        () -> new ConfigurationSources(
            Map.of(), Map.of(), Map.of(), new SettingsFile(Map.copyOf(file), Set.of())),
        it -> {});
  }

  private static String answer(HttpShield shield, String path) {
    return shield.admit(new FakeRequest("GET", path, CLIENT)).toString();
  }

  @Test
  void isOffUnlessSet() throws IOException {
    addTheModule();

    admitted(shield().admit(new FakeRequest("GET", "/flowshield", CLIENT)));
  }

  @Test
  void namesTheArtifactWithoutWhichThereIsNoConsole() {
    file.put("console", "local");

    assertThatIllegalArgumentException()
        .isThrownBy(this::shield)
        .withMessageContaining("FlowShield cannot start: console must be off without the module")
        .withMessageContaining("dev.flowshield:flowshield-console");
    assertThatIllegalStateException()
        .isThrownBy(() -> HttpShield.builder()
            .perClient("2/day")
            .operations(o -> o.console(ConsoleAccess.LOCAL))
            .build())
        .withMessageContaining("dev.flowshield:flowshield-console");
  }

  @Test
  void isNotNeededByAShieldThatIsOff() {
    file.put("console", "local");
    file.put("enabled", "off");

    assertThat(shield().isEnabled()).isFalse();
  }

  @Test
  void isMadeOfTheShieldAndItsSettingsAndComesBeforeAllOtherInterceptors() throws IOException {
    addTheModule();
    HttpShield shield = HttpShield.builder()
        .perClient("2/day")
        .responses(r -> r.interceptor(request -> {
          throw new AssertionError("asked");
        }))
        .operations(o -> o.name("api")
            .console(ConsoleAccess.PASSWORD)
            .consolePath("/ops/shield")
            .consolePassword(PASSWORD))
        .build();

    assertThat(answer(shield, "/ops/shield")).contains("api " + PASSWORD);
    assertThat(shield).asString().endsWith("; console at /ops/shield by a password");
    assertThat(shield.doctor()).extracting(Finding::code).containsExactly("FS999");
  }

  @Test
  void tellsAConsoleForThisMachineNoPassword() throws IOException {
    addTheModule();
    file.put("console", "local");
    file.put("console-password", PASSWORD);

    assertThat(answer(shield(), "/flowshield")).contains("default null");
  }

  @Test
  void comesAndGoesWithAReload() throws IOException {
    addTheModule();
    HttpShield shield = shield();
    file.put("console", "password");
    file.put("console-password", PASSWORD);

    assertThat(shield.reload())
        .containsExactly("console: not set -> password", "console-password: *** -> ***");
    assertThat(answer(shield, "/flowshield")).contains("default " + PASSWORD);

    file.put("console", "off");
    shield.reload();
    admitted(shield.admit(new FakeRequest("GET", "/flowshield", CLIENT)));
  }

  @Test
  void changesNothingIfTheModuleIsMissingAtAReload() {
    HttpShield shield = shield();
    file.put("console", "local");
    file.put("per-client", "9/day");

    assertThatIllegalArgumentException()
        .isThrownBy(shield::reload)
        .withMessageContaining("FlowShield cannot reload: console must be off");
    assertThat(shield.engine().limits()).hasToString("[client: 2/day each]");
  }

  @Test
  void needsAPasswordIfThatIsTheAccess() throws IOException {
    addTheModule();
    file.put("console", "password");

    assertThatIllegalArgumentException()
        .isThrownBy(this::shield)
        .withMessageContaining("console-password must be set where console is password, got none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "secret", "elevenchars"})
  void tellsNoPasswordThatIsTooShort(String password) {
    file.put("console-password", password);

    assertThatIllegalArgumentException()
        .isThrownBy(this::shield)
        .withMessageContaining("must be 12 to 200 characters, got one of " + password.length())
        .withMessageNotContaining(password.isEmpty() ? PASSWORD : password);
  }

  @Test
  void showsNoPasswordInAMessageAboutOtherSettings() {
    file.put("console-password", PASSWORD);
    file.put("trusted-hops", "1");
    file.put("trusted-proxies", "10.0.0.0/8");

    assertThatIllegalArgumentException()
        .isThrownBy(this::shield)
        .withMessageContaining("console-password=***")
        .withMessageNotContaining(PASSWORD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/flowshield", "/ops/flow-shield_2", "/.well-known/shield", "/a.b"})
  void hasAnOrdinaryPath(String path) throws IOException {
    addTheModule();
    file.put("console", "local");
    file.put("console-path", path);

    assertThat(answer(shield(), path)).contains("default null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "flowshield",
        "/flowshield/",
        "//flowshield",
        "/a/../b",
        "/.",
        "/a/..",
        "/a b",
        "/a%2fb",
        "/a?b",
        "/a;b",
        "/<script>"
      })
  void hasNoPathThatServersResolveOrDecode(String path) {
    file.put("console-path", path);

    assertThatIllegalArgumentException()
        .isThrownBy(this::shield)
        .withMessageContaining("console-path")
        .withMessageContaining("must be a path of letters, digits");
  }

  @Test
  void knowsTheKeyOfTheClientOfARequest() {
    HttpShield shield = HttpShield.builder()
        .perClient("2/day")
        .clients(c -> c.trustedProxies("10.0.0.0/8"))
        .build();

    assertThat(shield.keyOf(FakeRequest.from("10.1.1.1").with("X-Forwarded-For", "203.0.113.9")))
        .isEqualTo("203.0.113.9");
    assertThat(shield.keyOf(FakeRequest.from("198.51.100.1").with("X-Forwarded-For", "::1")))
        .isEqualTo(shield.keyOf("198.51.100.1"));
  }
}
