package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.OTHER;
import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.get;
import static dev.flowshield.http.Admissions.passes;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.Limit;
import dev.flowshield.http.binding.AdmissionHooks;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.testkit.ManualTicker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests are charged where there are policies. */
class PoliciesTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  private HttpShieldBuilder builder() {
    return HttpShield.builder().operations(o -> o.ticker(ticker));
  }

  @Test
  void aPolicyByTheAddressTakesThePlaceOfTheUsualLimit() {
    HttpShield shield = builder()
        .perClient("3/day")
        .policies("GET /search * 5/day\n* /login * 1/day")
        .build();

    passes(shield, get("/search"), 5);
    passes(shield, get("/login/"), 1);
    passes(shield, get("/other"), 3);
    rejected(shield.admit(new FakeRequest("POST", "/search", CLIENT)));
    passes(shield, new FakeRequest("GET", "/search", OTHER), 5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/search/../x",
        "/search/..;/x",
        "/search/..%3B/x",
        "/search/%2e%2e/x",
        "/search/..%2Fx",
        "/search%2F..%2Fx",
        "/search/./../x",
        "/x/../search",
        "/x/..;/search",
        "/x/..%2fsearch",
        "/search/..%5cx",
        "/x\\..\\search",
        "/search/a/..\\..\\..\\x",
      })
  void aPathThatMayBeTwoIsChargedForBoth(String path) {
    HttpShield shield =
        builder().perClient("3/day").policies("* /search/** * 2/day").build();

    passes(shield, get(path), 2);
    passes(shield, get("/other"), 1);
    rejected(shield.admit(get("/search")));
  }

  @Test
  void aPathIsChargedForBothWhetherItsCaseCountsOrNot() {
    HttpShield shield = builder()
        .perClient("3/day")
        .policies("* /assets/** * off\n* /Old * deny\n* /api/** * 2/day\n* *.png * off")
        .build();

    admitted(shield.admit(get("/assets/x")));
    admitted(shield.admit(get("/assets/X.PNG")));
    passes(shield, get("/API/x"), 2);
    admitted(shield.admit(get("/Assets/x")));
    rejected(shield.admit(get("/x.PNG")));
    admitted(shield.admit(get("/x.png")));
    assertThat(rejected(shield.admit(get("/old"))).status()).isEqualTo(403);
  }

  @Test
  void aPathIsChargedForWhatTheClientHasWrittenToo() {
    HttpShield shield = builder()
        .perClient("9/day")
        .policies("* /assets/** * off\n* /admin/** * deny\n* /api/** * 2/day")
        .build();

    passes(shield, get("/assets/y").spelled("/api/x/../../assets/y"), 2);
    assertThat(rejected(shield.admit(get("/other").spelled("/admin/../other"))).status())
        .isEqualTo(403);
    admitted(shield.admit(get("/assets/a b").spelled("/assets/a%20b")));
  }

  @Test
  void aHealthCheckIsSpelledAsOneToo() {
    HttpShield shield = builder().perClient("1/day").build();

    admitted(shield.admit(get("/health")));
    admitted(shield.admit(get("/health")));
    passes(shield, get("/health").spelled("/api/x/../../health"), 1);
  }

  @ParameterizedTest
  @CsvSource({
    "/files/../secret/x, /files/secret/**",
    "/files/a/../../secret/x, /files/secret/**",
    "/in/files/..%5csecret/x, /in/files/secret/**",
    "/files/..%2f..%2fsecret/x, /files/secret/**",
    "/a/b/../../../c/d, /a/c/*",
  })
  void aPathThatCannotLeaveAPrefixIsChargedForWhatIsBelowIt(String path, String route) {
    HttpShield shield =
        builder().perClient("9/day").policies("* " + route + " * deny").build();

    assertThat(rejected(shield.admit(get(path))).status()).isEqualTo(403);
  }

  @Test
  void aPathThatMayBeAnythingIsDenied() {
    HttpShield shield =
        builder().perClient("9/day").policies("* /search/** * 2/day").build();
    String path = "/x".repeat(30) + "/..".repeat(30) + "/y";

    assertThat(rejected(shield.admit(get(path))).status()).isEqualTo(403);
    passes(shield, get("/x"), 9);
  }

  @Test
  void aPathThatMayBeTwoIsExemptOrAdmittedOnlyIfBothAre() {
    HttpShield shield = builder()
        .perClient("2/day")
        .policies("* /a/** * off\n* /b/** * deny\n* /c/** * off")
        .build();

    passes(shield, get("/a/..;/x"), 2);
    for (int i = 0; i < 5; i++) {
      admitted(shield.admit(get("/a/..;/c")));
    }
    assertThat(rejected(shield.admit(get("/a/..;/b"))).status()).isEqualTo(403);
    assertThat(rejected(shield.admit(get("/b/..;/a"))).status()).isEqualTo(403);
  }

  @Test
  void aPathThatMayBeOfMoreRowsThanARequestCanPayIsRejected() {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      rows.append("* /a/** * 5/day\n* /b/** * 5/day\n");
    }
    HttpShield shield =
        builder().perClient("9/day").limit("9/day").policies(rows.toString()).build();

    assertThat(rejected(shield.admit(get("/b/..;/a"))).status()).isEqualTo(403);
    admitted(shield.admit(get("/b")));
  }

  @Test
  void escapesChangeNothing() {
    HttpShield shield =
        builder().perClient("9/day").policies("* /café/*/x@y * 2/day").build();

    passes(shield, get("/caf%C3%A9/a%2Fb/x%40y"), 2);
    rejected(shield.admit(get("/café/1/x@y")));
  }

  @Test
  void thePlanOfTheClientDecidesAmongRows() {
    HttpShield shield = builder()
        .perClient("100/day")
        .policies(p -> p.plan(request -> request.header("Plan")))
        .policies("""
            # for all routes
            * /** free     1/day

            * /** pro,team 3/day
            """)
        .build();

    passes(shield, get("/").with("Plan", "free"), 1);
    passes(shield, get("/").with("Plan", "pro"), 3);
    passes(shield, new FakeRequest("GET", "/", OTHER).with("Plan", "team"), 3);
    passes(shield, get("/"), 100);
    assertThat(shield.policies())
        .containsExactly("* /** free 1/day name=free", "* /** pro,team 3/day name=pro-team");
  }

  @Test
  void aKeyThatAClientMayChooseLeavesTheUsualLimitInForce() {
    HttpShield shield = builder()
        .perClient("3/day")
        .policies("* /** * 2/day key=header:X-Api-Key")
        .build();

    passes(shield, get("/").with("X-Api-Key", "a"), 2);
    admitted(shield.admit(get("/").with("X-Api-Key", "b")));
    rejected(shield.admit(get("/").with("X-Api-Key", "c")));
  }

  @Test
  void aRequestWithoutTheKeyIsCountedByItsAddress() {
    HttpShield shield = builder()
        .perClient("100/day")
        .policies(p -> p.key("account", request -> request.header("Account")))
        .policies("* /a * 1/day key=header:X\n* /b * 1/day key=cookie:sid\n"
            + "* /c * 1/day key=principal\n* /d * 1/day key=account")
        .build();

    for (String path : List.of("/a", "/b", "/c", "/d")) {
      passes(shield, get(path), 1);
      passes(shield, new FakeRequest("GET", path, OTHER), 1);
    }
    passes(shield, get("/a").with("X", ""), 0);
    passes(shield, get("/a").with("X", CLIENT), 1);
    passes(shield, get("/b").with("Cookie", "sid=" + CLIENT), 1);
    passes(shield, get("/b").with("Cookie", "a=b; sid2=x;  sid=1"), 1);
    passes(shield, new FakeRequest("GET", "/b", OTHER).with("Cookie", "sid=1; sid2=2"), 0);
    passes(shield, get("/c").by(CLIENT), 1);
    passes(shield, get("/d").with("Account", CLIENT), 1);
    passes(shield, get("/d").with("Account", "x".repeat(10_000)), 1);
  }

  @Test
  void aKeyThatIsSentTwiceIsNone() {
    HttpShield shield = builder()
        .perClient("100/day")
        .policies("* /a * 2/day key=header:X\n* /b * 2/day key=cookie:sid")
        .build();

    admitted(shield.admit(get("/a").with("X", "random-1").with("X", "mine")));
    admitted(shield.admit(get("/a").with("X", "random-2").with("X", "mine")));
    passes(shield, get("/a"), 0);
    admitted(shield.admit(get("/b").with("Cookie", "sid=random-1; sid=mine")));
    admitted(shield.admit(get("/b").with("Cookie", "sid=mine").with("Cookie", "a=b; sid=")));
    passes(shield, get("/b"), 0);
    passes(shield, get("/b").with("Cookie", "asid=1; sid=mine; sid2=3"), 2);
  }

  @Test
  void secretsAreNowhereToBeSeen() {
    HttpShield shield = builder()
        .perClient("100/day")
        .policies("* /a * 1/day key=header:X-Api-Key\n* /b * 1/day key=cookie:sid")
        .operations(o -> o.engine(it -> it.showKeys()))
        .build();

    passes(shield, get("/a").with("X-Api-Key", "secret-1"), 1);
    passes(shield, get("/b").with("Cookie", "sid=secret-2"), 1);

    assertThat(shield.engine().topRejected(10).toString())
        .contains("header=", "cookie=")
        .doesNotContain("secret");
  }

  @Test
  void allPoliciesOfAScopeHold() {
    HttpShield shield = builder()
        .perClient("100/day")
        .policies(p -> p.key("account", request -> request.header("Account")))
        .policies("POST /login * 3/day\nPOST /login * 1/day key=account")
        .build();

    FakeRequest login = new FakeRequest("POST", "/login", CLIENT);
    passes(shield, login.copy().with("Account", "alice"), 1);
    passes(shield, login.copy().with("Account", "bob"), 1);
    passes(shield, login.copy().with("Account", "carol"), 1);
    passes(shield, login.copy().with("Account", "dave"), 0);
    passes(shield, new FakeRequest("POST", "/login", OTHER).with("Account", "alice"), 0);
    passes(shield, new FakeRequest("POST", "/login", OTHER).with("Account", "dave"), 1);
  }

  @Test
  void offLeavesWhatHoldsForAllTogether() {
    HttpShield shield = builder()
        .limit("5/day")
        .perClient("1/day")
        .limit(Limit.each("more", "2/day"))
        .policies("* *.css * off")
        .build();

    passes(shield, get("/a.css"), 5);
  }

  @Test
  void offLeavesTheCapAlone() {
    HttpShield shield =
        builder().perClient("1/day").inFlight(2).policies("* *.css * off").build();

    HttpAdmitted first = admitted(shield.admit(get("/a.css")));
    admitted(shield.admit(get("/b.css")));
    assertThat(rejected(shield.admit(get("/c.css"))).status()).isEqualTo(503);
    first.close();
    admitted(shield.admit(get("/c.css")));
  }

  @Test
  void usualLimitsForAllHoldBesideAPolicy() {
    HttpShield shield =
        builder().limit("3/day").perClient("1/day").policies("* /a * 9/day").build();

    passes(shield, get("/a"), 3);
  }

  @Test
  void networksAreLimitedBesideAPolicy() {
    HttpShield shield = builder()
        .perClient("1/day")
        .limits(l -> l.perNetwork("3/day"))
        .policies("* /a * 2/day\n* /off * off")
        .build();

    passes(shield, new FakeRequest("GET", "/a", "2001:db8:1:1::1"), 2);
    passes(shield, new FakeRequest("GET", "/a", "2001:db8:1:2::1"), 1);
    passes(shield, new FakeRequest("GET", "/b", "2001:db8:1:3::1"), 0);
    admitted(shield.admit(new FakeRequest("GET", "/off", "2001:db8:1:3::1")));
    passes(shield, get("/a"), 2);
  }

  @Test
  void oneShieldMayHaveATableAlone() {
    HttpShield shield = builder().policies("* /a * 2/day\n* /** * 1/day").build();

    passes(shield, get("/a"), 2);
    passes(shield, get("/b"), 1);
  }

  @Test
  void shadowCountsAndLetsPass() {
    HttpShield shield = builder()
        .perClient("100/day")
        .policies("* /a * 1/day shadow name=tried")
        .build();

    admitted(shield.admit(get("/a")));
    admitted(shield.admit(get("/a")));
    assertThat(shield.stats().limit("tried").rejected()).isEqualTo(1);
  }

  @Test
  void aPenaltyBlocks() {
    HttpShield shield =
        builder().perClient("100/day").policies("* /a * 1/s penalty=2/min").build();

    passes(shield, get("/a"), 1);
    rejected(shield.admit(get("/a")));
    assertThat(text(rejected(shield.admit(get("/a"))))).contains("Blocked");
  }

  @Nested
  class Answering {

    @Test
    void namesTheLimitOfAPolicy() {
      HttpShield shield =
          builder().perClient("100/day").policies("* /a * 1/day").build();
      admitted(shield.admit(get("/a")));

      ShieldResponse rejection = rejected(shield.admit(get("/a")));

      assertThat(rejection.headers().toString()).contains("\"a\";q=1;w=86400");
      assertThat(text(rejection)).contains("\"limit\":1,\"mode\":\"per-ip\"");
    }

    @ParameterizedTest
    @CsvSource({"429,Too Many Requests", "503,Service Unavailable", "420,Too Many Requests"})
    void hasTheStatusOfThePolicyInTheBodyAsWell(int status, String title) {
      HttpShield shield =
          builder().perClient("1/day").policies("* /a * 1/day status=" + status).build();
      passes(shield, get("/a"), 1);

      ShieldResponse rejection =
          rejected(shield.admit(get("/a").with("Accept", "application/problem+json")));

      assertThat(rejection.status()).isEqualTo(status);
      assertThat(text(rejection))
          .contains("\"title\":\"" + title + "\",\"status\":" + status)
          .contains("quota-exceeded");
      passes(shield, get("/b"), 1);
      assertThat(rejected(shield.admit(get("/b"))).status()).isEqualTo(429);
    }

    @Test
    void tellsNothingOfAKeyThatIsOnlyClaimed() {
      HttpShield shield = builder()
          .perClient("100/day")
          .policies(p -> p.key("account", request -> "alice"))
          .policies(
              "* /a * 1/day key=account\n* /b * 1/day key=everyone\n* /c * 1/day key=principal")
          .build();
      admitted(shield.admit(get("/a")));
      admitted(shield.admit(get("/b")));
      admitted(shield.admit(get("/c").by("bob")));

      ShieldResponse claimed =
          rejected(shield.admit(get("/a").with("Accept", "application/problem+json")));
      assertThat(claimed.headers().toString()).doesNotContain("RateLimit");
      assertThat(text(claimed)).contains("quota-exceeded").doesNotContain("violated-policies");
      assertThat(text(rejected(shield.admit(get("/a"))))).contains("\"mode\":\"per-key\"");
      ShieldResponse together = rejected(shield.admit(get("/b")));
      assertThat(together.headers().toString()).doesNotContain("RateLimit");
      assertThat(text(together)).contains("\"mode\":\"global\"");
      ShieldResponse proven = rejected(shield.admit(get("/c").by("bob")));
      assertThat(proven.headers().toString()).contains("RateLimit");
      assertThat(text(proven)).contains("\"mode\":\"per-key\"");
    }
  }

  @Test
  void limitsChangeWhileRequestsComeIn() {
    HttpShield shield = builder().perClient("100/day").policies("* /a * 1/day").build();

    shield.engine().change(Map.of("a", "3/day"));

    passes(shield, get("/a"), 3);
    assertThat(shield.policies()).containsExactly("* /a * 3/day name=a");
    assertThat(shield.toString()).contains("; policies: * /a * 3/day name=a; left alone:");
  }

  @Test
  void aLimitThatIsLoweredBelowTheCostIsSpentByOneRequest() {
    HttpShield shield = builder()
        .perClient("100/day")
        .policies("* /a * 100/day cost=50\n* /b * 100/day cost=later:50 name=b")
        .build();

    shield.engine().change(Map.of("a", "10/day", "b", "10/day"));

    passes(shield, get("/a"), 1);
    HttpAdmitted asked = admitted(shield.admit(get("/b")));
    rejected(shield.admit(get("/b")));
    asked.reportCost(0);
    asked.close();
    admitted(shield.admit(get("/b")));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLimitThatIsLoweredBelowTheCostWhileARequestIsJudgedIsSpentByIt(boolean isInStore) {
    Deque<HttpShield> lowered = new ArrayDeque<>();
    HttpShieldBuilder builder = HttpShield.builder()
        .perClient("100/day")
        .policies("* /a * 100/day cost=50 store=local\n* /b * 100/day cost=later:50 store=local")
        .operations(o -> o.ticker(() -> {
          HttpShield shield = lowered.poll(); // the engine judges by this reading
          if (shield != null) {
            shield.engine().change(Map.of("a", "10/day", "b", "10/day"));
          }
          return 0;
        }));
    if (isInStore) {
      builder.store(s -> s.opened(new TestStoreProvider().open("test:lowered", Map.of())));
    }
    for (String path : List.of("/a", "/b")) {
      HttpShield shield = builder.build();
      lowered.add(shield);

      passes(shield, get(path), 1);
      assertThat(rejected(shield.admit(get(path))).headers().toString()).contains("Retry-After");
    }
  }

  @Test
  void theCostIsToldByTheMarkOfTheRequest() {
    HttpShield shield =
        builder().perClient("100/day").policies("* /ask * 100/day cost=later").build();
    FakeRequest request = get("/ask");
    AdmissionHooks.reportCost(request, 5);
    HttpAdmitted outer = admitted(builder().perClient("1/day").build().admit(request));
    HttpAdmitted admitted = admitted(shield.admit(request));
    admitted(builder().perClient("1/day").build().admit(request));

    AdmissionHooks.reportCost(request, 40);
    admitted.close();
    outer.close();

    assertThat(shield.engine().peek("ask", CLIENT).remaining()).isEqualTo(60);
  }

  @Test
  void aPenaltyForEachClientIsText() {
    HttpShield shield =
        builder().perClient("1/s").limits(l -> l.penalty("2/min:1h")).build();
    passes(shield, get("/"), 1);
    rejected(shield.admit(get("/")));
    assertThat(rejected(shield.admit(get("/"))).headers().toString()).contains("value=3601");
  }
}
