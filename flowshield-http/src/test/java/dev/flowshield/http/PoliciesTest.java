package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.flowshield.Decision;
import dev.flowshield.engine.Limit;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests are charged where there are policies. */
class PoliciesTest {

  private static final String OTHER = "192.0.2.2";

  private final ManualTicker ticker = ManualTicker.atZero();

  private HttpShieldBuilder builder() {
    return HttpShield.builder().ticker(ticker);
  }

  private static FakeRequest get(String path) {
    return new FakeRequest("GET", path, CLIENT);
  }

  private static void passes(HttpShield shield, FakeRequest request, int times) {
    for (int i = 0; i < times; i++) {
      admitted(shield.admit(again(request))).close();
    }
    rejected(shield.admit(again(request)));
  }

  /** The same without a mark. */
  private static FakeRequest again(FakeRequest request) {
    return request.copy();
  }

  @Test
  void aPolicyByTheAddressTakesThePlaceOfTheUsualLimit() {
    HttpShield shield = builder()
        .perClient("3/day")
        .policies("GET /search * 5/day\n* /login * 1/day")
        .build();

    passes(shield, get("/search"), 5);
    passes(shield, get("/LOGIN//"), 1);
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
      })
  void aPathThatMayBeTwoIsChargedForBoth(String path) {
    HttpShield shield =
        builder().perClient("3/day").policies("* /search/** * 2/day").build();

    passes(shield, get(path), 2);
    passes(shield, get("/other"), 1);
    rejected(shield.admit(get("/search")));
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
        .plan(request -> request.header("Plan"))
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
        .key("account", request -> request.header("Account"))
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
        .engine(it -> it.showKeys())
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
        .key("account", request -> request.header("Account"))
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
        .perNetwork("3/day")
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
  class ChargedLater {

    private final HttpShield shield = builder()
        .perClient("100/day")
        .policies("* /login * 2/day on=status:401\n* /ask * 100/day cost=later:60")
        .build();

    private HttpAdmitted login() {
      return admitted(shield.admit(get("/login")));
    }

    @Test
    void onlyTheResponsesOfAStatusAreCharged() {
      for (int i = 0; i < 5; i++) {
        HttpAdmitted well = login();
        well.responded(200);
        well.close();
        well.close();
      }
      for (int i = 0; i < 2; i++) {
        HttpAdmitted badly = login();
        badly.responded(401);
        badly.responded(200);
        badly.close();
      }
      rejected(shield.admit(get("/login")));
    }

    @Test
    void whatIsInFlightIsReserved() {
      HttpAdmitted first = login();
      login();
      rejected(shield.admit(get("/login")));
      first.responded(200);
      first.close();
      login();
      rejected(shield.admit(get("/login")));
    }

    @Test
    void workThatFailsHadStatus500() {
      HttpAdmitted failed = login();
      failed.failed();
      failed.responded(401);
      failed.close();
      login();
      login();
    }

    @Test
    void aClientThatLeavesIsChargedWhatWasReserved() {
      for (int i = 0; i < 2; i++) {
        HttpAdmitted left = login();
        left.ignored();
        left.close();
      }
      rejected(shield.admit(get("/login")));
    }

    @Test
    void theApplicationTellsTheCost() {
      HttpAdmitted cheap = admitted(shield.admit(get("/ask")));
      rejected(shield.admit(get("/ask")));
      cheap.cost(10);
      cheap.cost(30);
      cheap.responded(200);
      cheap.close();
      admitted(shield.admit(get("/ask")));
      rejected(shield.admit(get("/ask")));
      assertThat(shield.engine().peek("ask", CLIENT).remaining()).isEqualTo(10);
    }

    @Test
    void aCostBeyondWhatWasReservedIsTakenAllTheSame() {
      HttpAdmitted dear = admitted(shield.admit(get("/ask")));
      dear.cost(150);
      dear.close();
      ticker.advance(Duration.ofHours(12));
      assertThat(shield.engine().peek("ask", CLIENT).remaining()).isZero();
    }

    @Test
    void aNegativeCostIsAMistake() {
      HttpAdmitted dear = admitted(shield.admit(get("/ask")));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dear.cost(-1))
          .withMessageStartingWith("permits must be 0 or more, got -1");
    }
  }

  @Nested
  class Answering {

    @Test
    void namesTheLimitOfAPolicy() {
      HttpShield shield =
          builder().perClient("100/day").policies("* /a * 1/day").build();
      admitted(shield.admit(get("/a")));

      HttpAnswer rejection = rejected(shield.admit(get("/a")));

      assertThat(rejection.fields().toString()).contains("\"a\";q=1;w=86400");
      assertThat(text(rejection)).contains("\"limit\":1,\"mode\":\"per-ip\"");
    }

    @Test
    void tellsNothingOfAKeyThatIsOnlyClaimed() {
      HttpShield shield = builder()
          .perClient("100/day")
          .key("account", request -> "alice")
          .policies(
              "* /a * 1/day key=account\n* /b * 1/day key=everyone\n* /c * 1/day key=principal")
          .build();
      admitted(shield.admit(get("/a")));
      admitted(shield.admit(get("/b")));
      admitted(shield.admit(get("/c").by("bob")));

      HttpAnswer claimed =
          rejected(shield.admit(get("/a").with("Accept", "application/problem+json")));
      assertThat(claimed.fields().toString()).doesNotContain("RateLimit");
      assertThat(text(claimed)).contains("quota-exceeded").doesNotContain("violated-policies");
      assertThat(text(rejected(shield.admit(get("/a"))))).contains("\"mode\":\"per-key\"");
      HttpAnswer together = rejected(shield.admit(get("/b")));
      assertThat(together.fields().toString()).doesNotContain("RateLimit");
      assertThat(text(together)).contains("\"mode\":\"global\"");
      HttpAnswer proven = rejected(shield.admit(get("/c").by("bob")));
      assertThat(proven.fields().toString()).contains("RateLimit");
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
    asked.cost(0);
    asked.close();
    admitted(shield.admit(get("/b")));
  }

  @Nested
  class WithoutALimitForTheClient {

    private static FakeRequest preflight(String path) {
      return new FakeRequest("OPTIONS", path, CLIENT)
          .with("Origin", "https://app.example.com")
          .with("Access-Control-Request-Method", "POST");
    }

    @Test
    void areExemptPathsBeforeAllPolicies() {
      HttpShield shield = builder()
          .limit("5/day")
          .perClient("1/day")
          .policies("* /assets/** * 2/day")
          .exemptPaths("*.css", "/assets/fonts/**")
          .build();

      passes(shield, get("/assets/x.png"), 2);
      admitted(shield.admit(get("/assets/x.css")));
      admitted(shield.admit(get("/assets/fonts/a.woff")));
      admitted(shield.admit(get("/other.css")));
      rejected(shield.admit(get("/another.css")));
    }

    @Test
    void areClientsThatAreAllowed() {
      HttpShield shield = builder()
          .limit("5/day")
          .perClient("1/day")
          .policies("* /a * 1/day")
          .allow("192.0.2.1, 2001:db8::/32")
          .build();

      admitted(shield.admit(new FakeRequest("GET", "/a", "2001:db8::1")));
      passes(shield, get("/a"), 4);
    }

    @Test
    void arePreflightsOfBrowsers() {
      HttpShield shield = builder().limit("5/day").perClient("1/day").build();

      passes(shield, preflight("/a"), 5);
    }

    @Test
    void areNoOtherOptions() {
      HttpShield shield = builder().perClient("1/day").build();
      passes(shield, new FakeRequest("OPTIONS", "/a", CLIENT), 1);
      passes(shield, new FakeRequest("OPTIONS", "/a", OTHER).with("Origin", "https://a.b"), 1);
      HttpShield another = builder().perClient("1/day").build();
      passes(
          another,
          get("/").with("Origin", "https://a.b").with("Access-Control-Request-Method", "GET"),
          1);
    }

    @Test
    void areNoPreflightsOfWhatIsDenied() {
      HttpShield shield = builder()
          .perClient("100/day")
          .policies("OPTIONS /old/open * 1/day\n* /old/** * deny\nGET /gone * deny")
          .build();

      assertThat(rejected(shield.admit(preflight("/old/x"))).status()).isEqualTo(403);
      assertThat(rejected(shield.admit(preflight("/x/..;/old"))).status()).isEqualTo(403);
      passes(shield, preflight("/old/open"), 1);
      admitted(shield.admit(preflight("/gone")));
    }

    @Test
    void arePreflightsUnlessAPolicyNamesTheirMethod() {
      HttpShield shield = builder()
          .perClient("100/day")
          .policies("* /** * 1/day\nGET,OPTIONS /a * 2/day\nOPTIONS /b * deny")
          .build();

      passes(shield, preflight("/a"), 2);
      assertThat(rejected(shield.admit(preflight("/b"))).status()).isEqualTo(403);
      for (int i = 0; i < 5; i++) {
        admitted(shield.admit(preflight("/c")));
      }
    }
  }

  @Nested
  class Denied {

    private final HttpShield shield = builder()
        .perClient("100/day")
        .deny("192.0.2.2, 198.51.100.0/24")
        .allow("192.0.2.0/24")
        .plan(request -> request.header("Plan"))
        .policies("* /old/** * deny\n* /** banned deny")
        .build();

    private static FakeRequest from(String address) {
      return new FakeRequest("GET", "/", address);
    }

    @Test
    void areClientsOfAListAndRoutesAndPlans() {
      assertThat(rejected(shield.admit(from(OTHER))).status()).isEqualTo(403);
      assertThat(rejected(shield.admit(from("198.51.100.7"))).status()).isEqualTo(403);
      FakeRequest stranger = new FakeRequest("GET", "/old/page", "203.0.113.1");
      assertThat(rejected(shield.admit(stranger)).status()).isEqualTo(403);
      FakeRequest banned = from("203.0.113.1").with("Plan", "banned");
      assertThat(rejected(shield.admit(banned)).status()).isEqualTo(403);
      admitted(shield.admit(from("203.0.113.1")));
      assertThat(shield.denied()).isEqualTo(4);
      assertThat(shield.stats().overLimit()).isZero();
      assertThat(shield.toString())
          .contains("allowed: 192.0.2.0/24; denied: 192.0.2.2/32, 198.51.100.0/24")
          .contains("* /old/** * deny");
    }

    @Test
    void areToldSoInTheKindThatTheyAccept() {
      HttpAnswer json = rejected(shield.admit(from(OTHER)));
      assertThat(text(json))
          .isEqualTo("{\"status\":\"denied\",\"message\":\"Access denied\",\"retry_after\":null}");
      assertThat(json.fields().toString())
          .contains("application/json", "no-store")
          .doesNotContain("Retry-After", "RateLimit");
      assertThat(
              text(rejected(shield.admit(from(OTHER).with("Accept", "application/problem+json")))))
          .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403}");
      assertThat(text(rejected(shield.admit(from(OTHER).with("Accept", "text/html")))))
          .isEqualTo("Access denied\n");
      assertThat(text(rejected(shield.admit(new FakeRequest("HEAD", "/", OTHER)))))
          .isEmpty();
    }
  }

  @Nested
  class TellingAlways {

    private HttpShieldBuilder telling() {
      return builder().fields(FieldsMode.ALWAYS);
    }

    private String fields(HttpShield shield, FakeRequest request) {
      HttpAdmitted admitted = admitted(shield.admit(request));
      return admitted.fields().stream()
          .map(field -> field.name() + ": " + field.value())
          .collect(Collectors.joining("\n"));
    }

    @Test
    void saysHowTheLimitOfTheClientStands() {
      HttpShield shield =
          telling().limit("100/s").perClient("3/min").inFlight(10).build();

      assertThat(fields(shield, get("/")))
          .isEqualTo("RateLimit-Policy: \"client\";q=3;w=60\nRateLimit: \"client\";r=2");
      fields(shield, get("/"));
      assertThat(fields(shield, get("/")))
          .isEqualTo("RateLimit-Policy: \"client\";q=3;w=60\nRateLimit: \"client\";r=0;t=20");
    }

    @Test
    void saysTheRateOfWhichTheSmallestPartIsLeft() {
      HttpShield shield = telling().perClient("10/s, 20/day").build();

      assertThat(fields(shield, get("/"))).contains("q=10;w=1", "r=9");
      ticker.advance(Duration.ofSeconds(1));
      assertThat(fields(shield, get("/"))).contains("q=10;w=1", "r=9");
      ticker.advance(Duration.ofSeconds(1));
      assertThat(fields(shield, get("/"))).contains("q=20;w=86400", "r=17");
    }

    @Test
    void saysThoseOfPoliciesThatAreTheClientsOwn() {
      HttpShield shield = telling()
          .perClient("5/s")
          .perNetwork("9/s")
          .key("account", request -> "alice")
          .policies("* /a * 3/s name=search\n* /a * 2/s key=principal name=user\n"
              + "* /b * 1/s key=account\n* /c * 1/s key=everyone\n* /d * off\n* /a * 9/s shadow")
          .build();

      assertThat(fields(shield, get("/a").by("bob")))
          .isEqualTo("RateLimit-Policy: \"search\";q=3;w=1, \"user\";q=2;w=1\n"
              + "RateLimit: \"search\";r=2, \"user\";r=1");
      assertThat(fields(shield, get("/b"))).contains("\"client\";r=4").doesNotContain("\"b\"");
      assertThat(fields(shield, get("/c"))).contains("\"client\";r=3").doesNotContain("\"c\"");
      assertThat(fields(shield, get("/d"))).isEmpty();
      assertThat(fields(shield, new FakeRequest("GET", "/", "2001:db8::1")))
          .contains("\"client\";r=4, \"network\";r=8");
      assertThat(fields(shield, get("/health"))).isEmpty();
    }

    @Test
    void followsALimitThatChanges() {
      HttpShield shield = telling().perClient("3/min").build();
      fields(shield, get("/"));

      shield.engine().change(Map.of("client", "6/min"));

      assertThat(fields(shield, get("/"))).contains("q=6;w=60", "r=3");
    }

    @Test
    void saysNothingOfLimitsThatAreKeptElsewhere() {
      HttpShield shield = telling()
          .limit(
              Limit.each("foreign", "5/s").withLimiter((key, permits) -> new Decision.Admitted(1)))
          .build();

      assertThat(fields(shield, get("/"))).isEmpty();
    }

    @Test
    void isNotUsual() {
      HttpShield shield = builder().perClient("3/min").build();

      assertThat(fields(shield, get("/"))).isEmpty();
    }
  }

  @Test
  void theCostIsToldByTheMarkOfTheRequest() {
    HttpShield shield =
        builder().perClient("100/day").policies("* /ask * 100/day cost=later").build();
    FakeRequest request = get("/ask");
    HttpShield.cost(request, 5);
    HttpAdmitted outer = admitted(builder().perClient("1/day").build().admit(request));
    HttpAdmitted admitted = admitted(shield.admit(request));
    admitted(builder().perClient("1/day").build().admit(request));

    HttpShield.cost(request, 40);
    admitted.close();
    outer.close();

    assertThat(shield.engine().peek("ask", CLIENT).remaining()).isEqualTo(60);
  }

  @Test
  void aPenaltyForEachClientIsText() {
    HttpShield shield = builder().perClient("1/s").penalty("2/min:1h").build();
    passes(shield, get("/"), 1);
    rejected(shield.admit(get("/")));
    assertThat(rejected(shield.admit(get("/"))).fields().toString()).contains("value=3601");
  }

  @Nested
  class Mistakes {

    @Test
    void aPlanWithoutItsFunction() {
      assertThatIllegalStateException()
          .isThrownBy(() -> builder().perClient("1/s").policies("* /a free 1/s").build())
          .withMessageStartingWith("plan must be given in code where a policy names one, got none");
    }

    @Test
    void aKeyWithoutItsFunction() {
      assertThatIllegalStateException()
          .isThrownBy(() ->
              builder().perClient("1/s").policies("* /a * 1/s key=account").build())
          .withMessageStartingWith("key must be one that is known, got 'account' in a policy");
    }

    @Test
    void aFunctionThatIsGivenTwiceOrHasANameThatIsTaken() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder().key("a", request -> "").key("a", request -> ""))
          .withMessageStartingWith("key must be set once for each name, got 'a' again");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder().key("principal", request -> ""))
          .withMessageContaining("choose another name for the function");
    }

    @Test
    void aTableThatLeavesRequestsUnlimited() {
      assertThatIllegalStateException()
          .isThrownBy(() -> builder().inFlight(5).policies("* /a * 1/s").build())
          .withMessageStartingWith("perClient must be set where policies are");
    }

    @Test
    void aKeyThatClientsChooseAndNothingBeside() {
      for (String key : List.of("header:X", "cookie:x", "own")) {
        assertThatIllegalStateException()
            .isThrownBy(() -> builder()
                .key("own", request -> request.header("Own"))
                .policies("* /** * 1/day key=" + key)
                .build())
            .withMessageStartingWith("perClient must be set where the clients of a policy choose"
                + " what it counts by, got none beside '* /** * 1/day name=all key=" + key + "'");
      }
      builder().policies("* /** * 1/day key=header:X\n* /** * 9/day").build();
      builder().policies("* /** * 1/day key=principal").build();
      builder().limit("9/s").policies("* /** * 1/day key=header:X").build();
    }

    @Test
    void aRowThatIsNone() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder().policies("* /a * 1/s\nGET /b"))
          .withMessageStartingWith("policy 'GET /b': row must be <method> <path> <plan> <limits>");
    }

    @Test
    void aChargeByStatusBesideALimiterThatCannotReserve() {
      assertThatIllegalStateException()
          .isThrownBy(() -> builder()
              .limit(Limit.together("foreign", "5/s")
                  .withLimiter((key, permits) -> new Decision.Admitted(1)))
              .policies("* /** * 1/s on=status:401")
              .build())
          .withMessageStartingWith("policies must fit the limits, got what no request could pass");
    }
  }

  @Nested
  class Configured {

    @Test
    void asRowsInTheOrderOfTheirNumbers() {
      HttpShield shield = Sources.shield(
          Map.of("flowshield.policy.2", "GET /a * 2/day"),
          Map.of("FLOWSHIELD_POLICY_10", "* /** * 4/day"),
          Map.of(),
          Map.of("policy.2", "GET /a * 7/day", "policy.1", "POST /a * 1/day"));

      assertThat(shield.policies())
          .containsExactly(
              "POST /a * 1/day name=a", "GET /a * 2/day name=a-2", "* /** * 4/day name=all");
    }

    @Test
    void withListsAndExemptPathsAndAPenalty() {
      HttpShield shield = Sources.shield(
          Map.of(),
          Map.of("FLOWSHIELD_DENY", "203.0.113.0/24"),
          Map.of("allow", "loopback", "fields", "always"),
          Map.of("exempt-paths", "*.css, /assets/**", "penalty", "20/min"));

      assertThat(shield.policies()).containsExactly("* *.css * off", "* /assets/** * off");
      assertThat(shield.toString())
          .contains("allowed: 127.0.0.0/8, ", "denied: 203.0.113.0/24", "blocked for 5min");
    }

    @Test
    void asAFileBehindTheRows() {
      HttpShield shield = Sources.shield(
          Map.of(),
          Map.of(),
          Map.of(),
          Map.of("policies", "policies-of-a-test.txt", "policy.1", "POST /a * 1/day"));

      assertThat(shield.policies())
          .containsExactly(
              "POST /a * 1/day name=a", "GET /search * 10/s name=search", "* *.css * off");
    }

    @Test
    void wronglyIsToldWithItsPlace() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Sources.shield(
              Map.of(),
              Map.of("FLOWSHIELD_POLICY_3", "GET /a"),
              Map.of(),
              Map.of("policies", "no-such-file.txt", "policy.0", "x", "policy.<n>", "y")))
          .withMessageContaining(
              "environment variable 'FLOWSHIELD_POLICY_3': policy 'GET /a': row must be")
          .withMessageContaining("'policies' in flowshield.properties must be a file on the class"
              + " path, as in 'policies.txt', or an address")
          .withMessageContaining("'policy.0' in flowshield.properties must be one of")
          .withMessageContaining("'policy.<n>' in flowshield.properties must be one of");
    }

    @Test
    void withFunctionsThatOnlyCodeCanGive() {
      HttpShield shield = HttpShield.fromConfiguration(
          Map.of(), it -> it.plan(request -> "free").policies("* /a free 1/day").ticker(ticker));

      passes(shield, get("/a"), 1);
    }
  }
}
