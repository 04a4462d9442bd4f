package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.spend;
import static dev.flowshield.http.Admissions.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.Penalty;
import dev.flowshield.http.exchange.BodyFormat;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kinds of bodies of a rejection. */
class AnswerKindsTest {

  private static final String HTML = "text/html,application/xhtml+xml,*/*;q=0.8";
  private static final String PROBLEM = "application/problem+json";
  private static final String TEXT = "text/plain";
  private static final String TYPES = "https://iana.org/assignments/http-problem-types#";

  private final ManualTicker ticker = ManualTicker.atZero();

  @Nested
  class WhenAClientHasSpentItsLimit {

    private final HttpShield shield =
        HttpShield.builder().perClient("1/5s").operations(o -> o.ticker(ticker)).build();

    WhenAClientHasSpentItsLimit() {
      spend(shield, CLIENT, 1);
    }

    @Test
    void problemDetailsNameThePolicy() {
      ShieldResponse rejection = rejection(shield, "GET", PROBLEM);
      assertThat(text(rejection))
          .isEqualTo("{\"type\":\"" + TYPES + "quota-exceeded\",\"title\":\"Too Many Requests\","
              + "\"status\":429,\"violated-policies\":[\"client\"]}");
      assertThat(rejection.headers())
          .containsExactly(
              new Header("Content-Type", "application/problem+json"),
              new Header("Content-Length", "145"),
              new Header("Cache-Control", "no-store"),
              new Header("Retry-After", "5"),
              new Header("RateLimit-Policy", "\"client\";q=1;w=5"),
              new Header("RateLimit", "\"client\";r=0;t=5"));
    }

    @Test
    void aLineOfTextTellsTheWait() {
      ShieldResponse rejection = rejection(shield, "GET", TEXT);
      assertThat(text(rejection)).isEqualTo("Rate limit exceeded: try again in 5 seconds\n");
      assertThat(rejection.headers())
          .contains(new Header("Content-Type", "text/plain; charset=utf-8"));
    }

    @Test
    void aBrowserGetsThePage() {
      ShieldResponse rejection = rejection(shield, "GET", HTML);
      assertThat(text(rejection))
          .contains("<title>Too many requests</title>", "wait 5 seconds", "repeats=\"true\"");
      assertThat(rejection.headers())
          .contains(
              new Header("Content-Type", "text/html; charset=utf-8"),
              new Header("Cache-Control", "no-store"),
              new Header("Retry-After", "5"),
              new Header("X-Content-Type-Options", "nosniff"))
          .extracting(Header::name)
          .doesNotHaveDuplicates()
          .contains("Content-Security-Policy", "RateLimit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "get"})
    void thePageDoesNotSendAFormAgainByItself(String method) {
      assertThat(text(rejection(shield, method, HTML))).contains("repeats=\"false\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {HTML, PROBLEM, TEXT})
    void headHasTheFieldsOfEachKindAndNoBody(String accept) {
      ShieldResponse head = rejection(shield, "HEAD", accept);
      assertThat(head.headers()).isEqualTo(rejection(shield, "GET", accept).headers());
      assertThat(head.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {HTML, PROBLEM, TEXT})
    void anAnswerOfEachKindIsShared(String accept) {
      assertThat(rejection(shield, "GET", accept)).isSameAs(rejection(shield, "GET", accept));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", HTML, PROBLEM, TEXT})
    void lengthAndContentFitInEachKind(String accept) {
      ShieldResponse rejection = rejection(shield, "GET", accept);
      assertThat(rejection.headers())
          .contains(new Header("Content-Length", Integer.toString(rejection.body().length)));
      assertThat(rejection.status()).isEqualTo(429);
    }
  }

  @Test
  void problemDetailsMayBeTheBodyForAll() {
    HttpShield shield = HttpShield.builder()
        .perClient("1/s")
        .responses(r -> r.body(BodyFormat.PROBLEM))
        .operations(o -> o.ticker(ticker))
        .build();
    spend(shield, CLIENT, 1);
    ShieldResponse rejection = rejected(shield.admit(FakeRequest.from(CLIENT)));
    assertThat(rejection.headers()).contains(new Header("Content-Type", PROBLEM));
    assertThat(text(rejection)).startsWith("{\"type\":\"" + TYPES);
    assertThat(text(rejection(shield, "GET", HTML))).contains("<title>");
  }

  @Test
  void aLimitForAllNamesNoPolicyAndTellsPeopleThatTheyAreNotToBlame() {
    HttpShield shield =
        HttpShield.builder().limit("1/s").operations(o -> o.ticker(ticker)).build();
    spend(shield, CLIENT, 1);
    assertThat(text(rejection(shield, "GET", PROBLEM)))
        .isEqualTo("{\"type\":\"" + TYPES + "temporary-reduced-capacity\","
            + "\"title\":\"Too Many Requests\",\"status\":429}");
    assertThat(text(rejection(shield, "GET", HTML))).contains("<title>This site is busy</title>");
    assertThat(text(rejection(shield, "GET", TEXT)))
        .isEqualTo("Rate limit exceeded: try again in 1 second\n");
  }

  @Test
  void aFullServerSaysSoInEachKind() {
    HttpShield shield = HttpShield.builder().inFlight(1).build();
    spend(shield, CLIENT, 1);
    assertThat(text(rejection(shield, "GET", PROBLEM)))
        .isEqualTo("{\"type\":\"" + TYPES + "temporary-reduced-capacity\","
            + "\"title\":\"Service Unavailable\",\"status\":503}");
    ShieldResponse page = rejection(shield, "GET", HTML);
    assertThat(page.status()).isEqualTo(503);
    assertThat(text(page)).contains("<title>This site is busy</title>");
    assertThat(text(rejection(shield, "GET", TEXT)))
        .isEqualTo("Server is busy: try again in 1 second\n");
  }

  @Test
  void aBlockedClientIsToldSoInEachKind() {
    HttpShield shield = HttpShield.builder()
        .perClient("1/s")
        .limits(l -> l.penalty(Penalty.after(1, Duration.ofMinutes(1))))
        .operations(o -> o.ticker(ticker))
        .build();
    spend(shield, CLIENT, 1);
    assertThat(text(rejection(shield, "GET", PROBLEM)))
        .isEqualTo("{\"type\":\"" + TYPES + "abnormal-usage-detected\","
            + "\"title\":\"Too Many Requests\",\"status\":429}");
    assertThat(text(rejection(shield, "GET", HTML)))
        .contains("<title>Requests are paused</title>", "wait 6 minutes");
    assertThat(text(rejection(shield, "GET", TEXT)))
        .isEqualTo("Blocked after too many rejected requests: try again in 6 minutes\n");
  }

  @Test
  void nothingOfTheRequestStandsInAnyKind() {
    HttpShield shield =
        HttpShield.builder().perClient("1/s").operations(o -> o.ticker(ticker)).build();
    spend(shield, CLIENT, 1);
    for (String accept : List.of("*/*", HTML, PROBLEM, TEXT)) {
      FakeRequest request = new FakeRequest("GET", "/<script>alert", CLIENT)
          .with("Accept", accept)
          .with("Origin", "https://alert.example")
          .with("User-Agent", "<script>alert");
      ShieldResponse rejection = rejected(shield.admit(request));
      assertThat(text(rejection)).doesNotContain("alert", CLIENT);
      assertThat(rejection.headers().toString()).doesNotContain("alert", CLIENT);
    }
  }

  private static ShieldResponse rejection(HttpShield shield, String method, String accept) {
    return rejected(shield.admit(new FakeRequest(method, "/", CLIENT).with("Accept", accept)));
  }
}
