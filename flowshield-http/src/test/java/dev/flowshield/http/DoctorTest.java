package dev.flowshield.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.doctor.Doctor;
import dev.flowshield.http.exchange.Finding;
import dev.flowshield.http.settings.ConfigurationSources;
import dev.flowshield.http.settings.SettingsFile;
import dev.flowshield.testkit.ManualTicker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the doctor finds, and what it does not take for a sign. */
class DoctorTest {

  private static HttpShieldBuilder settings() {
    return HttpShield.builder().perClient("5/s").operations(o -> o.ticker(ManualTicker.atZero()));
  }

  private static void ask(HttpShield shield, @Nullable String peer, String... fieldAndValue) {
    FakeRequest request = FakeRequest.from(peer);
    for (int i = 0; i < fieldAndValue.length; i += 2) {
      request.with(fieldAndValue[i], fieldAndValue[i + 1]);
    }
    shield.admit(request);
  }

  private static String codes(HttpShield shield) {
    return shield.doctor().stream().map(Finding::code).collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.3", "192.168.1.1", "127.0.0.1", "::1", "fd00::3", "::ffff:10.0.0.3"})
  void findsAProxyThatIsNotTrusted(String peer) { // FS101
    HttpShield shield = settings().build();

    try (LogOfShields log = new LogOfShields()) {
      ask(shield, peer, "X-Forwarded-For", "203.0.113.66");
      ask(shield, peer, "X-Forwarded-For", "203.0.113.66");

      assertThat(codes(shield)).isEqualTo("FS101");
      assertThat(shield.doctor().get(0).text())
          .startsWith("trusted-proxies must have the proxies that clients come through, got"
              + " X-Forwarded-For from ")
          .endsWith(", so all clients behind it share one allowance: add its network to"
              + " trusted-proxies, if it is yours")
          .doesNotContain("203.0.113.66");
      assertThat(log.warnings())
          .containsExactly("FlowShield: " + shield.doctor().get(0) + " (docs/doctor.md)");
    }
  }

  @Test
  void findsOneThatIsMissingAmongThoseThatAreTrusted() { // FS101
    HttpShield shield = settings().clients(c -> c.trustedProxies("10.1.0.0/16")).build();
    ask(shield, "10.1.0.1", "X-Forwarded-For", "203.0.113.66");
    assertThat(shield.doctor()).isEmpty();

    ask(shield, "10.2.0.1", "Forwarded", "for=203.0.113.66");

    assertThat(shield.doctor().get(0).text())
        .contains("got Forwarded from 10.2.0.1, which is not among them, so ");
  }

  @Test
  void takesAFieldFromTheInternetForNoSign() { // FS101
    HttpShield shield = settings().build();
    ask(shield, "198.51.100.1", "X-Forwarded-For", "203.0.113.66");
    ask(shield, "2001:db8::1", "Forwarded", "for=203.0.113.66");
    assertThat(shield.doctor()).isEmpty();
  }

  @Test
  void findsThatTheProxyWritesTheOtherField() { // FS102
    HttpShield shield = settings().clients(c -> c.trustedProxies("loopback")).build();

    ask(shield, "127.0.0.1", "Forwarded", "for=203.0.113.66");

    assertThat(codes(shield)).isEqualTo("FS102");
    assertThat(shield.doctor().get(0).text())
        .contains("got Forwarded where X-Forwarded-For is expected")
        .endsWith("set client-address=forwarded");
  }

  @Test
  void findsThatTheProxyWritesNoField() { // FS103
    HttpShield shield = settings().clients(c -> c.trustedProxies("loopback")).build();
    for (int i = 1; i < Doctor.MORE; i++) {
      ask(shield, "127.0.0.1");
    }
    assertThat(shield.doctor()).isEmpty();

    ask(shield, "127.0.0.1");

    assertThat(codes(shield)).isEqualTo("FS103");
  }

  @Test
  void takesAFewRequestsWithoutTheFieldForNoSign() { // FS103
    HttpShield shield = settings().clients(c -> c.trustedProxies("loopback")).build();
    ask(shield, "127.0.0.1", "X-Forwarded-For", "203.0.113.66");
    for (int i = 0; i < 2 * Doctor.MORE; i++) { // as those of a monitor
      ask(shield, "127.0.0.1");
    }
    assertThat(shield.doctor()).isEmpty();
  }

  @Test
  void findsAPeerWithoutAnAddress() { // FS104
    HttpShield shield = settings().build();
    ask(shield, null);
    assertThat(codes(shield)).isEqualTo("FS104");

    HttpShield counted = settings().clients(c -> c.trustedHops(1)).build();
    ask(counted, null, "X-Forwarded-For", "203.0.113.66");
    assertThat(counted.doctor()).isEmpty();
  }

  @Test
  void findsATrustThatIsBroadAtTheStart() { // FS105
    HttpShield shield = settings()
        .clients(c -> c.trustedProxies("10.0.0.0/8, 0.0.0.0/0").allowBroadTrust(true))
        .build();
    assertThat(codes(shield)).isEqualTo("FS105");
    assertThat(shield.doctor().get(0).text()).contains("got [0.0.0.0/0], as allow-broad-trust");
  }

  @Test
  void findsOneShieldThatWasMadeTwice() { // FS106
    HttpShield first = settings().build();
    HttpShield second = settings().build();
    FakeRequest request = FakeRequest.from("192.0.2.1");
    first.admit(request);
    second.admit(request);
    assertThat(first.doctor()).isEmpty();
    assertThat(codes(second)).isEqualTo("FS106");
  }

  @Test
  void takesTwoShieldsForNoSignIfTheyDiffer() { // FS106
    HttpShield second = settings().limit("9/s").build();
    FakeRequest request = FakeRequest.from("192.0.2.1");
    settings().build().admit(request);
    second.admit(request);
    assertThat(second.doctor()).isEmpty();
  }

  @Test
  void believesTheContainerIfTold() {
    HttpShield shield = settings().clients(c -> c.clientAddress("container")).build();
    ask(shield, "127.0.0.1", "X-Forwarded-For", "203.0.113.66");
    ask(shield, null);
    assertThat(shield.doctor()).isEmpty();
  }

  @Test
  void looksAtSoManyRequestsAndAtMoreWhereSomeAreRejected() {
    Doctor doctor = doctor(HttpShield.builder().perClient("1/s"));
    for (int i = 0; i < Doctor.FIRST; i++) {
      doctor.look(FakeRequest.from("127.0.0.1"));
    }
    FakeRequest telling = FakeRequest.from("127.0.0.1").with("X-Forwarded-For", "203.0.113.66");
    doctor.look(telling);
    assertThat(doctor.findings()).isEmpty();

    doctor.lookAgain();
    doctor.look(telling);

    assertThat(doctor.findings()).extracting(Finding::code).isEqualTo(List.of("FS101"));
  }

  private static void ask(HttpShield shield, int times, String address, @Nullable String user) {
    for (int i = 0; i < times; i++) {
      shield.admit(new FakeRequest("GET", "/", address).by(user));
    }
  }

  @Test
  void findsOneClientNearbyWhileRequestsAreRejected() {
    Doctor doctor = doctor(HttpShield.builder().perClient("1/s"));
    for (int i = 0; i < 200; i++) {
      doctor.look(FakeRequest.from("10.0.0.7"));
    }
    assertThat(doctor.findings()).isEmpty();
    doctor.lookAgain();
    for (int i = 0; i < 94; i++) {
      doctor.look(FakeRequest.from("10.0.0.7"));
    }
    for (int i = 0; i < 6; i++) {
      doctor.look(FakeRequest.from("10.0.0.8"));
    }
    assertThat(doctor.findings()).isEmpty();
    doctor.lookAgain();
    for (int i = 0; i < 100; i++) {
      doctor.look(FakeRequest.from("10.0.0.7"));
    }
    assertThat(doctor.findings())
        .singleElement()
        .asString()
        .contains("FS107", "got nearly all requests from 10.0.0.7");
  }

  @Test
  void takesOneClientBehindAProxyThatIsNamedForNoSign() {
    Doctor doctor =
        doctor(HttpShield.builder().perClient("1/s").clients(c -> c.trustedProxies("10.0.0.7")));
    doctor.lookAgain();
    for (int i = 0; i < 100; i++) {
      doctor.look(FakeRequest.from("10.0.0.7").with("X-Forwarded-For", "192.168.3.4"));
    }
    assertThat(doctor.findings()).isEmpty();
  }

  @Test
  void namesEachProxyThatIsNotTrustedUpToAFew() { // FS101
    HttpShield shield = settings().build();
    try (LogOfShields log = new LogOfShields()) {
      for (int i = 1; i <= 20; i++) {
        ask(shield, "10.0.0." + i % 3, "X-Forwarded-For", "203.0.113.66");
      }
      assertThat(shield.doctor()).hasSize(3);
      for (int i = 1; i <= 20; i++) {
        ask(shield, "10.0.1." + i, "X-Forwarded-For", "203.0.113.66");
      }
      assertThat(shield.doctor()).hasSize(5);
      assertThat(log.warnings()).hasSize(5).doesNotHaveDuplicates();
    }
  }

  @Test
  void namesEachRowThatNoRequestComesTo() { // FS111
    HttpShield shield = HttpShield.builder()
        .perClient("1000/s")
        .policies("* /** * 9/s\nGET /a * 5/s\nGET /b * 5/s")
        .build();
    assertThat(shield.doctor())
        .extracting(Finding::text)
        .satisfiesExactly(
            text -> assertThat(text).contains("got 'GET /a "),
            text -> assertThat(text).contains("got 'GET /b "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "* /api/** * 500/s key=header:X-Api-Key",
        "* /api/** * 500/s, 100000/min key=principal",
        "* /api/** * 1000/s key=cookie:session cost=5",
      })
  void findsAKeyThatMayMoreThanItsAddress(String row) { // FS118
    HttpShield shield =
        HttpShield.builder().perClient("100/s burst 500").policies(row).build();
    assertThat(shield.doctor())
        .singleElement()
        .asString()
        .contains("FS118", "got '* /api/** * ", "' beside per-client, which its requests are");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "* /api/** * 500/s key=header:X-Api-Key\n* /api/** * 2000/s",
        "* /api/** * 100/s key=header:X-Api-Key",
        "* /api/** * 1000/s key=header:X-Api-Key cost=10",
        "* /api/** * 6000/min key=header:X-Api-Key",
        "* /api/** * 500/s key=everyone",
        "* /api/** * 500/s key=principal shadow",
        "* /api/** * 500/s key=principal on=status:401",
        "* /api/** * 500/s",
        "* /api/** * off",
      })
  void findsNoFaultWhereNoKeyMayMoreThanItsAddress(String rows) { // FS118
    HttpShield shield =
        HttpShield.builder().perClient("100/s burst 500").policies(rows).build();
    assertThat(shield.doctor()).isEmpty();
  }

  @Test
  void looksAgainAtWhatAKeyMayWhenTheLimitOfItsAddressHasChanged() { // FS118
    Map<String, String> file =
        new HashMap<>(Map.of("per-client", "100/s", "policy.1", "* /api/** * 500/s key=principal"));
    HttpShield shield = HttpShield.of(
        () -> new ConfigurationSources(
            Map.of(), Map.of(), Map.of(), new SettingsFile(Map.copyOf(file), Set.of())),
        it -> {});
    assertThat(codes(shield)).isEqualTo("FS118");

    file.put("per-client", "600/s");
    shield.reload();
    assertThat(shield.doctor()).isEmpty();

    file.put("per-client", "100/s");
    shield.reload();
    assertThat(codes(shield)).isEqualTo("FS118");
  }

  @Test
  void aRowByTheAddressLetsAKeyHaveWhatItMay() {
    HttpShield shield = settings()
        .policies("* /api/** * 50/s key=header:X-Api-Key\n* /api/** * 200/s")
        .build();
    FakeRequest request =
        new FakeRequest("GET", "/api/a", "203.0.113.1").with("X-Api-Key", "of alice");
    Admissions.passes(shield, request, 50);
  }

  @Test
  void findsNoFaultInOneClientFarAway() {
    Doctor doctor = doctor(HttpShield.builder().perClient("1/s"));
    doctor.lookAgain();
    for (int i = 0; i < 100; i++) {
      doctor.look(FakeRequest.from("203.0.113.1"));
    }
    assertThat(doctor.findings()).isEmpty();
  }

  @Test
  void findsThatUsersAreNeverKnownWherePoliciesCountThem() {
    HttpShield shield = HttpShield.builder()
        .perClient("1000/s")
        .policies("* /** * 500/s key=principal")
        .build();
    ask(shield, 99, "203.0.113.1", null);
    assertThat(shield.doctor()).isEmpty();
    ask(shield, 1, "203.0.113.1", null);
    assertThat(shield.doctor()).singleElement().asString().contains("FS108");
  }

  @Test
  void findsThatOnlyUsersComeToAShieldByTheAddress() {
    HttpShield shield = HttpShield.builder().perClient("1000/s").build();
    ask(shield, 100, "203.0.113.1", "alice");
    assertThat(shield.doctor()).singleElement().asString().contains("FS109");
  }

  @Test
  void findsNoFaultWhereUsersAreCountedOrSomeAreUnknown() {
    HttpShield counted = HttpShield.builder()
        .perClient("1000/s")
        .policies("* /** * 500/s key=principal")
        .build();
    ask(counted, 1, "203.0.113.1", "alice");
    ask(counted, 99, "203.0.113.1", null);
    assertThat(counted.doctor()).isEmpty();
    HttpShield mixed = HttpShield.builder().perClient("1000/s").build();
    ask(mixed, 1, "203.0.113.1", null);
    ask(mixed, 99, "203.0.113.1", "alice");
    assertThat(mixed.doctor()).isEmpty();
    HttpShield planned = HttpShield.builder()
        .perClient("1000/s")
        .policies(p -> p.plan(request -> request.principal()))
        .policies("* /** pro 500/s\n* /** * 900/s")
        .build();
    ask(planned, 100, "203.0.113.1", "alice");
    assertThat(planned.doctor()).isEmpty();
  }

  @Test
  void findsAClientWhosePlanHasNoRow() {
    HttpShield shield = HttpShield.builder()
        .perClient("1000/s")
        .policies(p -> p.plan(request -> request.header("Plan")))
        .policies("GET / free 500/s\n* /b pro 5/s\n* /b * 5/s")
        .build();
    FakeRequest request = FakeRequest.from("203.0.113.1");
    shield.admit(request.copy().with("Plan", "free"));
    shield.admit(new FakeRequest("POST", "/", "203.0.113.1"));
    shield.admit(new FakeRequest("GET", "/b", "203.0.113.1"));
    assertThat(shield.doctor()).isEmpty();
    shield.admit(request.copy().with("Plan", "Free"));
    assertThat(shield.doctor()).singleElement().asString().contains("FS110");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "* /** * 9/s\n",
        "GET /orders/* * 9/s\n",
        "GET,PUT /** pro,free 9/s\n",
        "GET *.css * off\n* /orders/** * 9/s\n",
      })
  void findsARowThatNoRequestComesTo(String before) {
    HttpShield shield = HttpShield.builder()
        .perClient("1000/s")
        .policies(p -> p.plan(request -> "free"))
        .policies(before + "GET /orders/new free 5/s")
        .build();
    assertThat(shield.doctor())
        .singleElement()
        .asString()
        .contains("FS111", "got 'GET /orders/new free 5/s name=orders-new-free' behind a row");
  }

  @Test
  void leavesRowsAloneThatShareARouteOrPartsOfIt() {
    HttpShield shield = HttpShield.builder()
        .perClient("1000/s")
        .policies(p -> p.plan(request -> "free"))
        .policies("PUT /orders/** * 9/s\nGET /orders/** pro 9/s\nGET /orders/* * 8/s\n"
            + "GET /orders/* * 100/h\nGET /orders/** * 7/s\n* /** * 6/s")
        .build();
    assertThat(shield.doctor()).isEmpty();
  }

  @Test
  void findsThatEveryoneIsAllowed() { // FS115
    HttpShield shield =
        settings().clients(c -> c.allow("10.0.0.0/8, 0.0.0.0/0")).build();
    assertThat(codes(shield)).isEqualTo("FS115");
    assertThat(shield.doctor().get(0).text()).contains("got [0.0.0.0/0], whose clients");
    assertThat(settings().clients(c -> c.allow("private, loopback")).build().doctor())
        .isEmpty();
  }

  @Test
  void findsThatAllPathsAreExempt() { // FS116
    HttpShield shield = settings().policies(p -> p.exemptPaths("*.css", "/**")).build();
    assertThat(codes(shield)).isEqualTo("FS116");
    assertThat(shield.doctor().get(0).text()).contains("got '* /** * off' before all limits");
    assertThat(codes(settings().policies("* /old * deny\n* /** * off").build())).isEqualTo("FS116");
    assertThat(settings().policies("* /api/** * 5/s\n* /** * off").build().doctor())
        .as("limits on some routes alone")
        .isEmpty();
    assertThat(settings().policies("GET /** * off").build().doctor()).isEmpty();
    assertThat(settings().policies("* /** * deny").build().doctor()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/%2e", "/health;x", "/health?x", "/a//b", "/a/./b", "/a/.", "/{id}", "/a b/**"})
  void findsAHealthPathThatNoRequestHas(String path) { // FS117
    HttpShield shield =
        settings().operations(o -> o.healthPaths("/healthz", path)).build();
    assertThat(codes(shield)).isEqualTo("FS117");
    assertThat(shield.doctor().get(0).text()).contains("got [" + path + "], which no request has");
  }

  @Test
  void findsNoFaultInOtherHealthPaths() { // FS117
    HttpShield shield = settings()
        .operations(o -> o.healthPaths("/", "/.well-known/x", "/a/", "/a.b/**"))
        .build();
    assertThat(shield.doctor()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /health * 5/s", "* /actuator/health/db * deny"})
  void findsARowForAHealthPath(String row) { // FS119
    HttpShield shield = settings().policies(row).build();
    assertThat(codes(shield)).isEqualTo("FS119");
    assertThat(shield.doctor().get(0).text()).contains("got '" + row);
    assertThat(settings().policies(row + "\nPUT /health * deny").build().doctor())
        .as("each row")
        .hasSize(2);
    assertThat(settings().policies(row).operations(o -> o.healthPaths()).build().doctor())
        .isEmpty();
    assertThat(settings()
            .policies("* /health * off\n* /actuator/** * deny")
            .build()
            .doctor())
        .isEmpty();
  }

  private static Doctor doctor(HttpShieldBuilder builder) {
    ShieldRuntime runtime = Sources.runtime(builder);
    return new Doctor(runtime.classifier(), runtime.healthPaths());
  }
}
