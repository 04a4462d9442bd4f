package dev.flowshield.console;

import static dev.flowshield.console.Consoles.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.exchange.Finding;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of console=password, each with the attack that it stops. */
class PasswordAccessTest {

  private static final String STRANGER = "203.0.113.9";

  private final Consoles it = new Consoles(PASSWORD);

  private static Asked with(String userAndPassword) {
    String encoded =
        Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
    return Asked.get("/flowshield/state").from(STRANGER).with("Authorization", "Basic " + encoded);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "admin", "anyone else", "ümläut"})
  void letsAnyUserInWhoKnowsThePassword(String user) {
    assertThat(it.status(with(user + ":" + PASSWORD))).isEqualTo(200);
  }

  @Test
  void takesAPasswordOfAnyCharacters() {
    Consoles other = new Consoles("pässword: with:colons");

    assertThat(other.status(with("admin:pässword: with:colons"))).isEqualTo(200);
  }

  @Test
  void asksForThePasswordAndSaysNothingElse() {
    ShieldResponse response =
        Objects.requireNonNull(it.console.answer(Asked.get("/flowshield").from(STRANGER)));

    assertThat(response.status()).isEqualTo(401);
    assertThat(response.headers())
        .contains(new Header("WWW-Authenticate", "Basic realm=\"FlowShield\", charset=\"UTF-8\""))
        .contains(new Header("Cache-Control", "no-store"));
    assertThat(new String(response.body(), StandardCharsets.UTF_8))
        .isEqualTo("{\"problem\":\"the console needs its password\"}");
  }

  /** Loopback is no password: a proxy may stand on this machine. */
  @Test
  void asksThisMachineAsWell() {
    assertThat(it.status(Asked.get("/flowshield"))).isEqualTo(401);
    assertThat(it.status(Asked.action("action=pardon-all"))).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "admin:",
        "admin:correct horse batter",
        "admin:correct horse batteryy",
        "admin:Correct horse battery",
        "admin: correct horse battery",
        "correct horse battery:"
      })
  void rejectsAWrongPassword(String userAndPassword) {
    assertThat(it.status(with(userAndPassword))).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Basic", "Basic ", "Basic !!!", "Basic YWRtaW4", "Bearer x", "Digest a=b"})
  void rejectsWhatIsNoPassword(String header) {
    assertThat(it.status(Asked.get("/flowshield/state").with("Authorization", header)))
        .isEqualTo(401);
  }

  /** A proxy and the server may each believe another one of two headers. */
  @Test
  void rejectsTwoPasswords() {
    Asked two = with("admin:" + PASSWORD).with("Authorization", "Basic eDp5");

    assertThat(it.status(two)).isEqualTo(401);
  }

  @Test
  void rejectsAVeryLongHeader() {
    assertThat(it.status(with("a".repeat(100_000) + ":" + PASSWORD))).isEqualTo(401);
  }

  /** Guessing: five failures, then none of the guesses is even looked at. */
  @Test
  void locksAClientAfterFiveFailuresAndNobodyElse() {
    for (int i = 0; i < 5; i++) {
      assertThat(it.status(with("admin:guess " + i))).isEqualTo(401);
    }

    assertThat(it.status(with("admin:guess"))).isEqualTo(429);
    assertThat(it.status(with("admin:" + PASSWORD))).isEqualTo(429);
    assertThat(it.status(with("admin:" + PASSWORD).from("198.51.100.7"))).isEqualTo(200);
  }

  @Test
  void unlocksAClientWithTime() {
    for (int i = 0; i < 6; i++) {
      it.status(with("admin:guess"));
    }
    it.ticker.advance(Duration.ofSeconds(12));

    assertThat(it.status(with("admin:" + PASSWORD))).isEqualTo(200);
  }

  @Test
  void countsNoSuccessAsAFailure() {
    for (int i = 0; i < 100; i++) {
      it.ticker.advance(Duration.ofMillis(100));
      assertThat(it.status(with("admin:" + PASSWORD))).isEqualTo(200);
    }
  }

  /** Else a stranger behind the same proxy would lock the operator out. */
  @Test
  void tellsClientsBehindATrustedProxyApart() {
    for (int i = 0; i < 6; i++) {
      it.status(with("admin:guess").from("10.0.0.1").with("X-Forwarded-For", STRANGER));
    }

    assertThat(it.status(
            with("admin:" + PASSWORD).from("10.0.0.1").with("X-Forwarded-For", "198.51.100.7")))
        .isEqualTo(200);
  }

  /** A stranger must not choose the address that failures are counted by. */
  @Test
  void isNotToldWhoAStrangerIs() {
    for (int i = 0; i < 5; i++) {
      assertThat(it.status(with("admin:guess").with("X-Forwarded-For", "192.0.2." + i)))
          .isEqualTo(401);
    }

    assertThat(it.status(with("admin:guess").with("X-Forwarded-For", "192.0.2.9")))
        .isEqualTo(429);
  }

  /** Timing: the class compares digests by the comparison of the JDK, and keeps no password. */
  @Test
  void comparesDigestsInConstantTime() throws IOException {
    try (InputStream code = PasswordAccess.class.getResourceAsStream("PasswordAccess.class")) {
      String constants =
          new String(Objects.requireNonNull(code).readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(constants).contains("java/security/MessageDigest", "isEqual");
    }
    assertThat(PasswordAccess.class.getDeclaredFields())
        .filteredOn(field -> !Modifier.isStatic(field.getModifiers()))
        .extracting(field -> field.getType().getSimpleName())
        .containsExactlyInAnyOrder("byte[]", "RateLimiter");
  }

  @Test
  void reportsThatAPageCameOverPlainHttp() {
    it.status(with("admin:" + PASSWORD));
    assertThat(it.findings).isEmpty();
    it.status(with("admin:guess").with(Console.INSECURE_HEADER, "1"));
    assertThat(it.findings).as("said by a stranger").isEmpty();

    it.status(with("admin:" + PASSWORD).with(Console.INSECURE_HEADER, "1"));

    assertThat(it.findings).extracting(Finding::code).containsExactly("FS120");
  }
}
