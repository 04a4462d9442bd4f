package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.spend;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Faults that other rate limiters had, each tried as an attack. The numbers are those of published
 * advisories of the same kind of fault.
 */
class PitfallsTest {

  private static final String PROXY = "10.0.0.1";

  private static HttpShieldBuilder oneADay() {
    return HttpShield.builder().perClient("1/day").operations(o -> o.ticker(ManualTicker.atZero()));
  }

  private static HttpShield behindProxies() {
    return oneADay().clients(c -> c.trustedProxies("10.0.0.0/8")).build();
  }

  private static FakeRequest through(String forwarded) {
    return FakeRequest.from(PROXY).with("X-Forwarded-For", forwarded);
  }

  @Test // CVE-2025-59152, CVE-2026-110724
  void theLeftmostForwardedAddressIsNotTheClient() {
    HttpShield shield = behindProxies();
    admitted(shield.admit(through("6.6.6.1, 203.0.113.1")));
    for (int i = 2; i < 9; i++) {
      rejected(shield.admit(through("6.6.6." + i + ", 203.0.113.1")));
    }
  }

  @Test // CVE-2026-110723, CVE-2024-34451
  void aFieldFromSomeoneWhoIsNoProxyIsNotBelieved() {
    HttpShield shield = behindProxies();
    spend(shield, CLIENT, 1);
    for (String header : List.of("X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP")) {
      rejected(shield.admit(FakeRequest.from(CLIENT).with(header, "203.0.113.7")));
    }
  }

  @ParameterizedTest // CVE-2024-45806, and the defaults of several servers
  @ValueSource(strings = {"127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "::1", "fc00::1"})
  void aPrivateNetworkIsNotTrustedByDefault(String peer) {
    HttpShield shield = oneADay().build();
    admitted(shield.admit(FakeRequest.from(peer).with("X-Forwarded-For", "203.0.113.1")));
    rejected(shield.admit(FakeRequest.from(peer).with("X-Forwarded-For", "203.0.113.2")));
  }

  @Test // CVE-2026-30827, GHSA-46wh-pxpv-q5gq
  void mappedAddressesAreNotMaskedIntoOneClient() {
    HttpShield shield = oneADay().build();
    admitted(shield.admit(FakeRequest.from("::ffff:192.0.2.1")));
    admitted(shield.admit(FakeRequest.from("::ffff:192.0.2.2")));
  }

  @Test // GHSA-5847-rm3g-23mw
  void anotherNotationOfAnAddressIsNotAnotherClient() {
    HttpShield shield = oneADay().build();
    admitted(shield.admit(FakeRequest.from("192.0.2.1")));
    for (String same : List.of(
        "::ffff:192.0.2.1", "::FFFF:c000:0201", "0:0:0:0:0:ffff:192.0.2.1", "64:ff9b::192.0.2.1")) {
      rejected(shield.admit(FakeRequest.from(same)));
    }
  }

  @ParameterizedTest // CVE-2026-90711, CVE-2026-92395
  @ValueSource(strings = {"::ffff:10.0.0.0/8", "::ffff:0:0/95", "::/0", "0.0.0.0/0", "10.0.0.1/8"})
  void aMappedOrBroadOrSloppyNetworkIsNotTrusted(String network) {
    try {
      HttpShieldBuilder builder = oneADay().clients(c -> c.trustedProxies(network));
      assertThatIllegalStateException().isThrownBy(builder::build);
    } catch (IllegalArgumentException notANetwork) {
      assertThat(notANetwork).hasMessageContaining(network);
    }
  }

  @ParameterizedTest // CVE-2021-47154, CVE-2021-29921, CVE-2026-40198
  @ValueSource(
      strings = {"010.0.0.1", "1.2.3", "0x7f.1", "1.2.3.4.5", "::1::", "1:2:3", "localhost"})
  void whatIsNoAddressIsNotReadAsOne(String text) {
    HttpShield shield = behindProxies();
    admitted(shield.admit(through(text)));
    rejected(shield.admit(through(text + ", unknown"))); // both are the proxy's own
  }

  @Test
  void aBrokenPartOfTheClientDoesNotSpoilWhatTheProxyWrote() {
    HttpShield shield = oneADay()
        .clients(c -> c.trustedProxies("10.0.0.0/8").clientAddress("forwarded"))
        .build();
    for (String broken : List.of("for=\"", "for=\"[::1\", by", "a;;=\",\\", "for=1.2.3.4;\"")) {
      FakeRequest request = FakeRequest.from(PROXY).with("Forwarded", broken + ", for=203.0.113.1");
      HttpAdmission admission = shield.admit(request);
      assertThat(admission instanceof HttpAdmitted).isEqualTo(broken.equals("for=\""));
    }
  }

  @Test // CVE-2024-21662, CVE-2024-21652
  void aFloodOfClientsDoesNotResetOne() {
    HttpShield shield = oneADay().limits(l -> l.maxClients(1_000)).build();
    spend(shield, CLIENT, 1);
    for (int i = 0; i < 20_000; i++) {
      shield.admit(FakeRequest.from("203." + (i >> 14) + "." + (i >> 7 & 127) + "." + (i & 127)));
    }
    rejected(shield.admit(FakeRequest.from(CLIENT)));
  }

  @Test // GHSA-984p-xq9m-4rjw, CVE-2026-92583, CVE-2026-110861
  void lookingAndChargingAreOneStep() throws Exception {
    HttpShield shield = HttpShield.builder()
        .perClient("50/day")
        .policies("* /login * 5/day on=status:401")
        .operations(o -> o.ticker(ManualTicker.atZero()))
        .build();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<HttpAdmission>> answers = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      answers.add(threads.submit(() -> shield.admit(new FakeRequest("POST", "/login", CLIENT))));
    }
    int admitted = 0;
    for (Future<HttpAdmission> answer : answers) {
      admitted += answer.get() instanceof HttpAdmitted ? 1 : 0;
    }
    threads.shutdown();
    assertThat(admitted).isEqualTo(5);
  }

  @ParameterizedTest // GHSA-24q2-59hm-rh9r, CVE-2025-71399
  @ValueSource(strings = {"/LOGIN", "//login", "/login/", "/login;x", "/./login", "/x/../login"})
  void aSpellingOfAPathIsNoWayAroundItsPolicy(String spelling) {
    HttpShield shield = HttpShield.builder()
        .perClient("50/day")
        .policies("* /login * 1/day")
        .operations(o -> o.ticker(ManualTicker.atZero()))
        .build();
    admitted(shield.admit(new FakeRequest("GET", "/login", CLIENT)));
    rejected(shield.admit(new FakeRequest("GET", spelling, CLIENT)));
  }

  @Test // CVE-2020-28483, CVE-2026-107271, CVE-2026-108162
  void aFieldThatTheClientChoosesIsNeverItsOnlyKey() {
    HttpShield shield = HttpShield.builder()
        .perClient("3/day")
        .policies("* /** * 1/day key=header:X-Api-Key")
        .operations(o -> o.ticker(ManualTicker.atZero()))
        .build();
    int admitted = 0;
    for (int i = 0; i < 50; i++) {
      HttpAdmission admission =
          shield.admit(FakeRequest.from(CLIENT).with("X-Api-Key", "invented-" + i));
      admitted += admission instanceof HttpAdmitted ? 1 : 0;
    }
    assertThat(admitted).isEqualTo(3);
  }

  @Test // modrinth/code#2591
  void aRejectionIsVisibleToThePagesThatMaySeeIt() {
    HttpShield shield =
        oneADay().responses(r -> r.corsOrigins("https://app.example.com")).build();
    spend(shield, CLIENT, 1);
    assertThat(rejected(
                shield.admit(FakeRequest.from(CLIENT).with("Origin", "https://app.example.com")))
            .headers()
            .toString())
        .contains("Access-Control-Allow-Origin, value=https://app.example.com", "Retry-After");
    assertThat(
            rejected(shield.admit(FakeRequest.from(CLIENT).with("Origin", "https://evil.example")))
                .headers()
                .toString())
        .doesNotContain("Access-Control");
  }

  @Test // CVE-2023-25151, GHSA-5rv5-6h4r-h22v
  void aMadeUpMethodIsNoKindOfItsOwn() {
    HttpShield shield = HttpShield.builder()
        .perClient("50/day")
        .policies("* /** * 1/day")
        .operations(o -> o.ticker(ManualTicker.atZero()))
        .build();
    admitted(shield.admit(new FakeRequest("AAAA", "/", CLIENT)));
    rejected(shield.admit(new FakeRequest("BBBB", "/", CLIENT)));
    assertThat(shield.stats().limits()).hasSize(2);
  }

  @Test // CVE-2024-45808
  void whatAClientWritesIsInNoAnswerAndNoLine() {
    HttpShield shield = oneADay().build();
    spend(shield, CLIENT, 1);
    try (LogOfShields log = new LogOfShields()) {
      ShieldResponse answer =
          rejected(shield.admit(new FakeRequest("EVIL", "/evil\r\nSet: 1", CLIENT)
              .with("Accept", "evil/evil")
              .with("Origin", "https://evil.example")));
      assertThat(answer.toString()).doesNotContainIgnoringCase("evil");
      assertThat(String.join("\n", log.lines())).doesNotContainIgnoringCase("evil");
    }
  }

  @Test
  void aWaitIsNeverToldTooShort() {
    ManualTicker ticker = ManualTicker.atZero();
    HttpShield shield = HttpShield.builder()
        .perClient("1/1500ms")
        .operations(o -> o.ticker(ticker))
        .build();
    spend(shield, CLIENT, 1);
    assertThat(rejected(shield.admit(FakeRequest.from(CLIENT))).headers().toString())
        .contains("name=Retry-After, value=2");
  }

  @Test
  void aSettingThatIsMisspeltDoesNotTurnTheShieldOff() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HttpShield.builder().settings(Map.of("per-clients", "1/s")));
  }
}
