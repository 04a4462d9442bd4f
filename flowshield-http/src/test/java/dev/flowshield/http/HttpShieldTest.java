package dev.flowshield.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.http.HttpRejection.Field;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpShieldTest {

  private static final String CLIENT = "192.0.2.1";

  private final ManualTicker ticker = ManualTicker.atZero();

  @Nested
  class WhenAClientHasSpentItsLimit {

    private final HttpShield shield =
        HttpShield.builder().perClient("2/s").ticker(ticker).build();

    @Test
    void answers429WithTheWaitAndTheOriginalBody() {
      spend(shield, CLIENT, 2);
      HttpRejection rejection = rejected(shield.admit(FakeRequest.from(CLIENT)));
      assertThat(rejection.status()).isEqualTo(429);
      assertThat(text(rejection))
          .isEqualTo("{\"status\":\"busy\",\"message\":\"Rate limit exceeded\",\"retry_after\":1,"
              + "\"limit\":2,\"mode\":\"per-ip\"}");
      assertThat(rejection.fields())
          .containsExactly(
              new Field("Content-Type", "application/json"),
              new Field("Content-Length", "91"),
              new Field("Cache-Control", "no-store"),
              new Field("Retry-After", "1"));
    }

    @Test
    void answersHeadWithoutABodyAndTheSameFields() {
      spend(shield, CLIENT, 2);
      HttpRejection get = rejected(shield.admit(FakeRequest.from(CLIENT)));
      HttpRejection head = rejected(shield.admit(new FakeRequest("HEAD", "/", CLIENT)));
      assertThat(head.status()).isEqualTo(429);
      assertThat(head.fields()).isEqualTo(get.fields());
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
    void closesTheConnectionRatherThanReadALongBody(String field, String value, boolean closes) {
      spend(shield, CLIENT, 2);
      HttpRejection rejection =
          rejected(shield.admit(new FakeRequest("POST", "/", CLIENT).with(field, value)));
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
      HttpRejection rejection = rejected(shield.admit(FakeRequest.from(CLIENT)));
      rejection.body()[0] = 'X';
      assertThat(text(rejection)).startsWith("{");
    }

    @Test
    void othersGoOn() {
      spend(shield, CLIENT, 2);
      assertThat(shield.admit(FakeRequest.from("192.0.2.2"))).isInstanceOf(HttpAdmitted.class);
      assertThat(shield.admit(FakeRequest.from("2001:db8::1"))).isInstanceOf(HttpAdmitted.class);
    }

    @Test
    void itsOtherAddressesHaveSpentItToo() {
      spend(shield, "2001:db8::1", 2);
      spend(shield, CLIENT, 2);
      assertThat(shield.admit(FakeRequest.from("2001:db8::2"))).isInstanceOf(HttpRejection.class);
      assertThat(shield.admit(FakeRequest.from("::ffff:192.0.2.1")))
          .isInstanceOf(HttpRejection.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unix:/run/app.sock", "client.example", "1.2.3"})
    void peersWithoutAnAddressShareOneAllowance(String peer) {
      spend(shield, null, 2);
      assertThat(shield.admit(FakeRequest.from(peer))).isInstanceOf(HttpRejection.class);
    }

    @Test
    void admitsAgainAfterTheWaitAndNotANanosecondSooner() {
      spend(shield, CLIENT, 2);
      ticker.advance(Duration.ofMillis(500).minusNanos(1));
      assertThat(shield.admit(FakeRequest.from(CLIENT))).isInstanceOf(HttpRejection.class);
      ticker.advance(Duration.ofNanos(1));
      assertThat(shield.admit(FakeRequest.from(CLIENT))).isInstanceOf(HttpAdmitted.class);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 59, 60, 61, 3600})
  void promisesTheWaitInWholeSecondsRoundedUp(long seconds) {
    // A permit comes back every so many seconds; a nanosecond later the wait is that much shorter,
    // and rounds up to the same.
    HttpShield shield =
        HttpShield.builder().perClient("1/" + seconds + "s").ticker(ticker).build();
    spend(shield, CLIENT, 1);
    ticker.advance(Duration.ofNanos(1));
    HttpRejection rejection = rejected(shield.admit(FakeRequest.from(CLIENT)));
    assertThat(rejection.fields()).contains(new Field("Retry-After", Long.toString(seconds)));
    assertThat(text(rejection)).contains("\"retry_after\":" + seconds + ",");
    ticker.advance(Duration.ofSeconds(seconds));
    assertThat(shield.admit(FakeRequest.from(CLIENT))).isInstanceOf(HttpAdmitted.class);
  }

  @Test
  void promisesTheEndOfAWindowByTheWallClockThatItIsGiven() {
    HttpShield shield = HttpShield.builder()
        .perClient("1/day")
        .limiter("fixed-window")
        .ticker(ticker)
        .instantSource(() -> Instant.parse("2026-11-24T23:59:00Z"))
        .build();
    spend(shield, CLIENT, 1);

    assertThat(rejected(shield.admit(FakeRequest.from(CLIENT))).fields())
        .contains(new Field("Retry-After", "60"));
  }

  @Test
  void everyonesLimitAnswersInItsOwnName() {
    HttpShield shield =
        HttpShield.builder().limit("3/s").perClient("2/s").ticker(ticker).build();
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
      HttpRejection rejection = rejected(shield.admit(FakeRequest.from(CLIENT)));
      assertThat(rejection.status()).isEqualTo(503);
      assertThat(text(rejection))
          .isEqualTo("{\"status\":\"busy\",\"message\":\"Server is busy\",\"retry_after\":1,"
              + "\"mode\":\"overload\"}");
      admitted(running).close();
      assertThat(shield.admit(FakeRequest.from(CLIENT))).isInstanceOf(HttpAdmitted.class);
    }

    @Test
    void mayAnswerAnotherStatus() {
      HttpShield shield = HttpShield.builder().inFlight(1).overloadStatus(429).build();
      spend(shield, CLIENT, 1);
      assertThat(rejected(shield.admit(FakeRequest.from(CLIENT))).status()).isEqualTo(429);
    }

    @Test
    void leavesHealthChecksAlone() {
      HttpShield shield = HttpShield.builder().inFlight(1).build();
      spend(shield, CLIENT, 1);
      HttpAdmission probe = shield.admit(new FakeRequest("GET", "/healthz", CLIENT));
      admitted(probe).failed();
      admitted(probe).ignored();
      admitted(probe).close();
      assertThat(shield.stats().inFlight()).isEqualTo(1);
      assertThat(shield.stats().admitted()).isEqualTo(1);
    }
  }

  @Nested
  class WhenARequestMeetsSeveralHandlers {

    private final HttpShield shield = HttpShield.builder().perClient("10/s").build();

    @Test
    void oneShieldChargesItOnce() {
      FakeRequest request = FakeRequest.from(CLIENT);
      HttpAdmitted outer = admitted(shield.admit(request));
      HttpAdmitted inner = admitted(shield.admit(request));
      assertThat(shield.stats().admitted()).isEqualTo(1);
      inner.close();
      assertThat(shield.stats().inFlight()).isEqualTo(1);
      outer.close();
      assertThat(shield.stats().inFlight()).isZero();
    }

    @Test
    void eachShieldChargesIt() {
      HttpShield other = HttpShield.builder().perClient("10/s").build();
      FakeRequest request = FakeRequest.from(CLIENT);
      for (HttpShield each : List.of(shield, other, shield, other)) {
        assertThat(each.admit(request)).isInstanceOf(HttpAdmitted.class);
      }
      assertThat(shield.stats().admitted()).isEqualTo(1);
      assertThat(other.stats().admitted()).isEqualTo(1);
    }

    @Test
    void aServerThatCannotKeepTheMarkCostsNoPlace() {
      RequestView broken = new RequestView() {
        @Override
        public String method() {
          return "GET";
        }

        @Override
        public String path() {
          return "/";
        }

        @Override
        public String header(String name) {
          return "";
        }

        @Override
        public String peerAddress() {
          return CLIENT;
        }

        @Override
        public Object mark() {
          return "somebody else's";
        }

        @Override
        public void mark(Object mark) {
          throw new IllegalStateException("a listener of the application's own");
        }
      };
      assertThatThrownBy(() -> shield.admit(broken)).hasMessageContaining("listener");
      assertThat(shield.stats().inFlight()).isZero();
      assertThat(shield.stats().failed()).isEqualTo(1);
    }
  }

  @Test
  void saysInOneLineWhatIsActiveAndWhatThatMeans() {
    HttpShield shield = HttpShield.builder()
        .limit("5000/s")
        .perClient("1000/min burst 50")
        .inFlight(1000)
        .healthPaths("/up", "/actuator/health/**")
        .build();
    assertThat(shield)
        .hasToString("FlowShield: everyone together 5000/s (at most 10,000 in any 1s)"
            + "; each client 1000/min burst 50 (at most 1,050 in any 1min)"
            + "; up to 1,000,000 clients told apart"
            + "; at most 1,000 requests in flight, else 503"
            + "; left alone: /up /actuator/health/**");
  }

  @Test
  void claimsNoWorstCaseForALimiterItDoesNotKnow() {
    assertThat(HttpShield.builder().perClient("100/s").limiter("other"))
        .hasToString(
            "FlowShield: each client 100/s by other; up to 1,000,000 clients told apart"
                + "; left alone: /health /healthz /livez /readyz /health/live /health/ready /actuator/health/**");
  }

  @Test
  void failuresAndAbortsAreCounted() {
    HttpShield shield = HttpShield.builder().inFlight(5).build();
    HttpAdmitted failed = admitted(shield.admit(FakeRequest.from(CLIENT)));
    failed.failed();
    failed.close();
    HttpAdmitted aborted = admitted(shield.admit(FakeRequest.from(CLIENT)));
    aborted.ignored();
    aborted.close();
    aborted.close();
    assertThat(shield.stats().failed()).isEqualTo(1);
    assertThat(shield.stats().ignored()).isEqualTo(1);
    assertThat(shield.stats().inFlight()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 200, 399, 600})
  void refusesAStatusThatIsNoError(int status) {
    assertThatThrownBy(() -> HttpShield.builder().overloadStatus(status))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("overloadStatus must be 400 to 599, got " + status
            + ": choose 503, or 429 to keep connections open");
  }

  private static void spend(HttpShield shield, @Nullable String peer, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(shield.admit(FakeRequest.from(peer))).isInstanceOf(HttpAdmitted.class);
    }
  }

  private static HttpAdmitted admitted(HttpAdmission admission) {
    assertThat(admission).isInstanceOf(HttpAdmitted.class);
    return (HttpAdmitted) admission;
  }

  private static HttpRejection rejected(HttpAdmission admission) {
    assertThat(admission).isInstanceOf(HttpRejection.class);
    return (HttpRejection) admission;
  }

  private static String text(HttpRejection rejection) {
    return new String(rejection.body(), UTF_8);
  }
}
