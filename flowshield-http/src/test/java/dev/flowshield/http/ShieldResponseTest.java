package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.spend;
import static dev.flowshield.http.Admissions.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a rejected client is answered. */
class ShieldResponseTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  @Nested
  class WhenAClientHasSpentItsLimit {

    private final HttpShield shield =
        HttpShield.builder().perClient("2/s").operations(o -> o.ticker(ticker)).build();

    @Test
    void answers429WithTheWaitAndTheOriginalBody() {
      spend(shield, CLIENT, 2);
      ShieldResponse rejection = rejected(shield.admit(FakeRequest.from(CLIENT)));
      assertThat(rejection.status()).isEqualTo(429);
      assertThat(text(rejection))
          .isEqualTo("{\"status\":\"busy\",\"message\":\"Rate limit exceeded\",\"retry_after\":1,"
              + "\"limit\":2,\"mode\":\"per-ip\"}");
      assertThat(rejection.headers())
          .containsExactly(
              new Header("Content-Type", "application/json"),
              new Header("Content-Length", "91"),
              new Header("Cache-Control", "no-store"),
              new Header("Retry-After", "1"),
              new Header("RateLimit-Policy", "\"client\";q=2;w=1"),
              new Header("RateLimit", "\"client\";r=0;t=1"));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"application/json", "application/problem+json", "text/html", "text/plain"})
    void saysOfARequestThatNoWaitHelpsWithoutRetryAfter(String accepted) {
      RateLimiter never = (key, permits) ->
          new Decision.Rejected(1, Decision.NEVER, "2/s").withReason(Decision.Reason.BEYOND_BURST);
      HttpShield costly = HttpShield.builder()
          .perClient("100/h")
          .limit(Limit.each("costly", "2/s").withLimiter(never))
          .operations(o -> o.ticker(ticker))
          .build();

      ShieldResponse rejection =
          rejected(costly.admit(FakeRequest.from(CLIENT).with("Accept", accepted)));

      assertThat(rejection.status()).isEqualTo(429);
      assertThat(rejection.headers())
          .extracting(Header::name)
          .doesNotContain("Retry-After", "RateLimit", "Refresh")
          .contains("RateLimit-Policy");
      assertThat(text(rejection)).doesNotContain("292", "9223372037");
    }

    @Test
    void answersHeadWithoutABodyAndTheSameFields() {
      spend(shield, CLIENT, 2);
      ShieldResponse get = rejected(shield.admit(FakeRequest.from(CLIENT)));
      ShieldResponse head = rejected(shield.admit(new FakeRequest("HEAD", "/", CLIENT)));
      assertThat(head.status()).isEqualTo(429);
      assertThat(head.headers()).isEqualTo(get.headers());
      assertThat(head.body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
      "Content-Length, 0, false",
      "Content-Length, 65536, false",
      "Content-Length, 65537, true",
      "Content-Length, 100000, true",
      "Content-Length, 99999999999999999999, true",
      "Transfer-Encoding, chunked, true",
      "Expect, 100-continue, true",
      "Accept, text/plain, false"
    })
    void closesTheConnectionRatherThanReadALongBody(String header, String value, boolean closes) {
      spend(shield, CLIENT, 2);
      ShieldResponse rejection =
          rejected(shield.admit(new FakeRequest("POST", "/", CLIENT).with(header, value)));
      assertThat(rejection.closesConnection()).isEqualTo(closes);
    }

    @Test
    void sharesOneAnswerAmongRequests() {
      spend(shield, CLIENT, 2);
      assertThat(shield.admit(FakeRequest.from(CLIENT)))
          .isSameAs(shield.admit(FakeRequest.from(CLIENT)));
    }

    @Test
    void aCopyOfTheBodyMayBeChanged() {
      spend(shield, CLIENT, 2);
      ShieldResponse rejection = rejected(shield.admit(FakeRequest.from(CLIENT)));
      rejection.body()[0] = 'X';
      assertThat(text(rejection)).startsWith("{");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 59, 60, 61, 3600})
  void promisesTheWaitInWholeSecondsRoundedUp(long seconds) {
    // A permit comes back every so many seconds; a nanosecond later the wait is that much shorter,
    // and rounds up to the same.
    HttpShield shield = HttpShield.builder()
        .perClient("1/" + seconds + "s")
        .operations(o -> o.ticker(ticker))
        .build();
    spend(shield, CLIENT, 1);
    ticker.advance(Duration.ofNanos(1));
    ShieldResponse rejection = rejected(shield.admit(FakeRequest.from(CLIENT)));
    assertThat(rejection.headers()).contains(new Header("Retry-After", Long.toString(seconds)));
    assertThat(text(rejection)).contains("\"retry_after\":" + seconds + ",");
    ticker.advance(Duration.ofSeconds(seconds));
    assertThat(shield.admit(FakeRequest.from(CLIENT))).isInstanceOf(HttpAdmitted.class);
  }

  @Test
  void promisesTheEndOfAWindowByTheWallClockThatItIsGiven() {
    HttpShield shield = HttpShield.builder()
        .perClient("1/15s") // so short that no wait is spread
        .limits(l -> l.limiter("fixed-window"))
        .operations(
            o -> o.ticker(ticker).instantSource(() -> Instant.parse("2026-11-24T23:59:55Z")))
        .build();
    spend(shield, CLIENT, 1);

    assertThat(rejected(shield.admit(FakeRequest.from(CLIENT))).headers())
        .contains(new Header("Retry-After", "5"));
  }

  @Test
  void everyonesLimitAnswersInItsOwnName() {
    HttpShield shield = HttpShield.builder()
        .limit("3/s")
        .perClient("2/s")
        .operations(o -> o.ticker(ticker))
        .build();
    spend(shield, CLIENT, 2);
    spend(shield, "192.0.2.2", 1);
    assertThat(text(rejected(shield.admit(FakeRequest.from("192.0.2.3")))))
        .isEqualTo("{\"status\":\"busy\",\"message\":\"Rate limit exceeded\",\"retry_after\":1,"
            + "\"limit\":3,\"mode\":\"global\"}");
  }

  @Nested
  class WhenTheServerIsFull {

    @Test
    void answers503WithoutALimit() {
      HttpShield shield = HttpShield.builder().inFlight(1).build();
      HttpAdmission running = shield.admit(FakeRequest.from(CLIENT));
      ShieldResponse rejection = rejected(shield.admit(FakeRequest.from(CLIENT)));
      assertThat(rejection.status()).isEqualTo(503);
      assertThat(text(rejection))
          .isEqualTo("{\"status\":\"busy\",\"message\":\"Server is busy\",\"retry_after\":1,"
              + "\"mode\":\"overload\"}");
      admitted(running).close();
      assertThat(shield.admit(FakeRequest.from(CLIENT))).isInstanceOf(HttpAdmitted.class);
    }

    @Test
    void mayAnswerAnotherStatus() {
      HttpShield shield =
          HttpShield.builder().inFlight(1).responses(r -> r.overloadStatus(429)).build();
      spend(shield, CLIENT, 1);
      assertThat(rejected(shield.admit(FakeRequest.from(CLIENT))).status()).isEqualTo(429);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 63, 64, 65, 3600})
  void sharesAnAnswerBetweenThoseThatWaitAsLong(long seconds) {
    HttpShield shield = HttpShield.builder()
        .perClient("1/" + seconds + "s")
        .operations(o -> o.ticker(ticker))
        .build();
    spend(shield, CLIENT, 1);
    spend(shield, "192.0.2.2", 1);
    assertThat(shield.admit(FakeRequest.from(CLIENT)))
        .isSameAs(shield.admit(FakeRequest.from("192.0.2.2")));
  }

  @Test
  void forgetsTheAnswersOfLimitsThatWereChangedLongAgo() {
    HttpShield shield = HttpShield.builder()
        .perClient("1000/h")
        .operations(o -> o.ticker(ticker))
        .build();
    for (int permits = 1; permits <= 1000; permits++) {
      shield.engine().change(Map.of("client", permits + "/h"));
      ticker.advance(Duration.ofHours(2));
      spend(shield, CLIENT, permits);
      assertThat(text(rejected(shield.admit(FakeRequest.from(CLIENT)))))
          .contains("\"limit\":" + permits + ",");
    }
  }

  @Test
  void mayBeThatOfADoor() {
    ShieldResponse page =
        ShieldResponse.of(200, "text/plain", new byte[] {'o', 'k'}).with("X-Door", "1");
    HttpShield shield = HttpShield.builder()
        .perClient("1/day")
        .clients(c -> c.deny("192.0.2.0/24"))
        .responses(r -> r.interceptor(request -> request.path().equals("/door") ? page : null)
            .interceptor(
                request -> request.path().startsWith("/door") ? page.with("X-Second", "2") : null))
        .build();

    ShieldResponse answer = rejected(shield.admit(new FakeRequest("GET", "/door", CLIENT)));
    assertThat(answer).isSameAs(page);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(text(answer)).isEqualTo("ok");
    assertThat(answer.headers().toString())
        .contains("name=Content-Length, value=2", "no-store", "name=X-Door, value=1");
    assertThat(rejected(shield.admit(new FakeRequest("GET", "/door/2", CLIENT))).headers())
        .hasSize(5);
    assertThat(rejected(shield.admit(FakeRequest.from(CLIENT))).status()).isEqualTo(403);
    assertThat(shield.denied()).isEqualTo(1);
  }

  @Test
  void ofADoorHasOnlyWhatMayStandInAnAnswer() {
    ShieldResponse page = ShieldResponse.of(200, "text/plain", new byte[0]);
    for (int status : new int[] {101, 199, 600, 0}) {
      assertThatThrownBy(() -> ShieldResponse.of(status, "text/plain", new byte[0]))
          .hasMessageStartingWith("status must be 200 to 599, got " + status);
    }
    assertThatThrownBy(() -> ShieldResponse.of(200, "text/plain\r\nX: y", new byte[0]))
        .hasMessageStartingWith("contentType must be printable ASCII");
    for (String name : new String[] {"", "a b", "a:", "X\n"}) {
      assertThatThrownBy(() -> page.with(name, "1"))
          .hasMessageStartingWith("name must be the name of a header, got '");
    }
    assertThatThrownBy(() -> page.with("content-type", "1"))
        .hasMessage("name must be a header that the response does not have yet, got 'content-type':"
            + " write another one, as in 'Location'");
    assertThatThrownBy(() -> page.with("X", "a\r\nb"))
        .hasMessageStartingWith("value must be printable ASCII, got 'a??b'");
  }
}
