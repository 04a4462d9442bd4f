package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.spend;
import static dev.flowshield.http.Admissions.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.Penalty;
import dev.flowshield.http.HttpAnswer.Field;
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
        HttpShield.builder().perClient("1/5s").ticker(ticker).build();

    WhenAClientHasSpentItsLimit() {
      spend(shield, CLIENT, 1);
    }

    @Test
    void problemDetailsNameThePolicy() {
      HttpAnswer rejection = rejection(shield, "GET", PROBLEM);
      assertThat(text(rejection))
          .isEqualTo("{\"type\":\"" + TYPES + "quota-exceeded\",\"title\":\"Too Many Requests\","
              + "\"status\":429,\"violated-policies\":[\"client\"]}");
      assertThat(rejection.fields())
          .containsExactly(
              new Field("Content-Type", "application/problem+json"),
              new Field("Content-Length", "145"),
              new Field("Cache-Control", "no-store"),
              new Field("Retry-After", "5"),
              new Field("RateLimit-Policy", "\"client\";q=1;w=5"),
              new Field("RateLimit", "\"client\";r=0;t=5"));
    }

    @Test
    void aLineOfTextTellsTheWait() {
      HttpAnswer rejection = rejection(shield, "GET", TEXT);
      assertThat(text(rejection)).isEqualTo("Rate limit exceeded: try again in 5 seconds\n");
      assertThat(rejection.fields())
          .contains(new Field("Content-Type", "text/plain; charset=utf-8"));
    }

    @Test
    void aBrowserGetsThePage() {
      HttpAnswer rejection = rejection(shield, "GET", HTML);
      assertThat(text(rejection))
          .contains("<title>Too many requests</title>", "wait 5 seconds", "repeats=\"true\"");
      assertThat(rejection.fields())
          .contains(
              new Field("Content-Type", "text/html; charset=utf-8"),
              new Field("Cache-Control", "no-store"),
              new Field("Retry-After", "5"),
              new Field("X-Content-Type-Options", "nosniff"))
          .extracting(Field::name)
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
      HttpAnswer head = rejection(shield, "HEAD", accept);
      assertThat(head.fields()).isEqualTo(rejection(shield, "GET", accept).fields());
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
      HttpAnswer rejection = rejection(shield, "GET", accept);
      assertThat(rejection.fields())
          .contains(new Field("Content-Length", Integer.toString(rejection.body().length)));
      assertThat(rejection.status()).isEqualTo(429);
    }
  }

  @Test
  void problemDetailsMayBeTheBodyForAll() {
    HttpShield shield = HttpShield.builder()
        .perClient("1/s")
        .body(BodyFormat.PROBLEM)
        .ticker(ticker)
        .build();
    spend(shield, CLIENT, 1);
    HttpAnswer rejection = rejected(shield.admit(FakeRequest.from(CLIENT)));
    assertThat(rejection.fields()).contains(new Field("Content-Type", PROBLEM));
    assertThat(text(rejection)).startsWith("{\"type\":\"" + TYPES);
    assertThat(text(rejection(shield, "GET", HTML))).contains("<title>");
  }

  @Test
  void aLimitForAllNamesNoPolicyAndTellsPeopleThatTheyAreNotToBlame() {
    HttpShield shield = HttpShield.builder().limit("1/s").ticker(ticker).build();
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
    HttpAnswer page = rejection(shield, "GET", HTML);
    assertThat(page.status()).isEqualTo(503);
    assertThat(text(page)).contains("<title>This site is busy</title>");
    assertThat(text(rejection(shield, "GET", TEXT)))
        .isEqualTo("Server is busy: try again in 1 second\n");
  }

  @Test
  void aBlockedClientIsToldSoInEachKind() {
    HttpShield shield = HttpShield.builder()
        .perClient("1/s")
        .penalty(Penalty.after(1, Duration.ofMinutes(1)))
        .ticker(ticker)
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
    HttpShield shield = HttpShield.builder().perClient("1/s").ticker(ticker).build();
    spend(shield, CLIENT, 1);
    for (String accept : List.of("*/*", HTML, PROBLEM, TEXT)) {
      FakeRequest request = new FakeRequest("GET", "/<script>alert", CLIENT)
          .with("Accept", accept)
          .with("Origin", "https://alert.example")
          .with("User-Agent", "<script>alert");
      HttpAnswer rejection = rejected(shield.admit(request));
      assertThat(text(rejection)).doesNotContain("alert", CLIENT);
      assertThat(rejection.fields().toString()).doesNotContain("alert", CLIENT);
    }
  }

  private static HttpAnswer rejection(HttpShield shield, String method, String accept) {
    return rejected(shield.admit(new FakeRequest(method, "/", CLIENT).with("Accept", accept)));
  }
}
