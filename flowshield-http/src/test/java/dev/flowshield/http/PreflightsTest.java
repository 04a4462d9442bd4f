package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.OTHER;
import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.get;
import static dev.flowshield.http.Admissions.passes;
import static dev.flowshield.http.Admissions.rejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the preflights of browsers are charged, which come before requests of other origins. */
class PreflightsTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  private HttpShieldBuilder builder() {
    return HttpShield.builder().operations(o -> o.ticker(ticker));
  }

  private static FakeRequest preflight(String path, String announced, String peer) {
    return new FakeRequest("OPTIONS", path, peer)
        .with("Origin", "https://app.example.com")
        .with("Access-Control-Request-Method", announced);
  }

  private static FakeRequest preflight(String path) {
    return preflight(path, "POST", CLIENT);
  }

  @Test
  void haveAsMuchAsRequestsWithoutTakingFromThem() {
    HttpShield shield = builder().perClient("3/h").build();

    passes(shield, preflight("/a"), 3);
    passes(shield, get("/a"), 3);
    passes(shield, preflight("/b", "PUT", OTHER), 3);
    ticker.advance(Duration.ofMinutes(20));
    passes(shield, preflight("/c"), 1);
    passes(shield, get("/c"), 1);
  }

  @Test
  void takeFromWhatHoldsForAllTogether() {
    HttpShield shield = builder().limit("5/day").perClient("9/day").build();

    passes(shield, preflight("/a"), 5);
    rejected(shield.admit(get("/a")));
  }

  @Test
  void areChargedLikeTheRequestsThatTheyAnnounce() {
    HttpShield shield = builder()
        .perClient("1/day")
        .policies("GET /search * 4/day\n* /api/** * 3/day\n* /assets/** * off")
        .build();

    passes(shield, preflight("/search", "GET", CLIENT), 4);
    passes(shield, preflight("/search", "PUT", CLIENT), 1);
    passes(shield, preflight("/api/x"), 3);
    passes(shield, get("/api/x"), 3);
    passes(shield, get("/search"), 4);
    admitted(shield.admit(preflight("/assets/font.woff", "GET", CLIENT)));
    admitted(shield.admit(preflight("/assets/font.woff", "GET", CLIENT)));
  }

  @Test
  void areChargedByTheAddressWhateverTheKeyOfARow() {
    HttpShield shield = builder()
        .perClient("9/day")
        .policies("* /api * 2/day key=header:X-Api-Key")
        .build();

    passes(shield, preflight("/api"), 2);
    passes(shield, get("/api"), 2);
    passes(shield, get("/api").with("X-Api-Key", "a"), 2);
  }

  @Test
  void ofAnIpv6NetworkAreLimitedTogether() {
    HttpShield shield =
        builder().perClient("2/day").limits(l -> l.perNetwork("3/day")).build();

    passes(shield, preflight("/a", "GET", "2001:db8:1:1::1"), 2);
    passes(shield, preflight("/a", "GET", "2001:db8:1:2::1"), 1);
  }

  @Test
  void takeNothingOfTheNetworkFromItsRequests() {
    HttpShield shield =
        builder().perClient("2/day").limits(l -> l.perNetwork("3/day")).build();
    passes(shield, preflight("/a", "GET", "2001:db8:1:1::1"), 2);
    passes(shield, preflight("/a", "GET", "2001:db8:1:2::1"), 1);

    passes(shield, new FakeRequest("GET", "/a", "2001:db8:1:3::1"), 2);
    passes(shield, new FakeRequest("GET", "/a", "2001:db8:1:4::1"), 1);
  }

  @Test
  void countAsStreamsOfTheirClient() {
    HttpShield shield =
        builder().perClient("9/day").streams(s -> s.mostPerClient(1)).build();
    admitted(shield.admit(get("/events"))).markAsStream();

    FakeRequest stream = preflight("/events").with("Accept", "text/event-stream");

    assertThat(rejected(shield.admit(stream)).status()).isEqualTo(429);
  }

  @Test
  void areNoOtherOptions() {
    HttpShield shield = builder().perClient("1/day").build();
    passes(shield, new FakeRequest("OPTIONS", "/a", CLIENT), 1);
    passes(shield, get("/"), 0);
    FakeRequest withOrigin = new FakeRequest("OPTIONS", "/a", OTHER).with("Origin", "https://a.b");
    passes(shield, withOrigin, 1);
    passes(shield, new FakeRequest("GET", "/", OTHER), 0);
    HttpShield another = builder().perClient("1/day").build();
    passes(
        another,
        get("/").with("Origin", "https://a.b").with("Access-Control-Request-Method", "GET"),
        1);
    passes(another, get("/"), 0);
  }

  @Test
  void areDeniedWhereTheirPathIs() {
    HttpShield shield = builder()
        .perClient("100/day")
        .policies("OPTIONS /old/open * 1/day\n* /old/** * deny\nGET /gone * deny")
        .build();

    assertThat(rejected(shield.admit(preflight("/old/x"))).status()).isEqualTo(403);
    assertThat(rejected(shield.admit(preflight("/x/..;/old"))).status()).isEqualTo(403);
    passes(shield, preflight("/old/open"), 1);
    admitted(shield.admit(preflight("/gone")));
    assertThat(rejected(shield.admit(preflight("/gone", "GET", CLIENT))).status())
        .isEqualTo(403);
  }

  @Test
  void areLimitedByARowThatNamesTheirMethod() {
    HttpShield shield = builder()
        .perClient("100/day")
        .policies("* /** * 3/day\nGET,OPTIONS /a * 2/day\nOPTIONS /b * deny")
        .build();

    passes(shield, preflight("/a"), 2);
    assertThat(rejected(shield.admit(preflight("/b"))).status()).isEqualTo(403);
    passes(shield, preflight("/c"), 3);
  }
}
