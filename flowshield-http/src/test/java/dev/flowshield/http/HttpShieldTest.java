package dev.flowshield.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import dev.flowshield.engine.RejectionEvent;
import dev.flowshield.engine.RejectionEvent.Kind;
import dev.flowshield.http.HttpRejection.Field;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
            + ", up to 1,000,000 clients told apart"
            + "; at most 1,000 requests in flight, else 503"
            + "; left alone: /up /actuator/health/**");
  }

  @Test
  void claimsNoWorstCaseForALimiterItDoesNotKnow() {
    assertThat(HttpShield.builder()
            .perClient("100/s")
            .limiter("fixed-window")
            .healthPaths()
            .build())
        .hasToString("FlowShield: each client 100/s by fixed-window, up to 1,000,000 clients told"
            + " apart; left alone: none");
  }

  @Test
  void saysWhatEachRateAndEachFurtherLimitMeans() {
    HttpShield shield = HttpShield.builder()
        .perClient("100/s, 5000/h")
        .maxClients(5000)
        .penalty(Penalty.after(1000, Duration.ofMinutes(2)))
        .limit(Limit.each("candidate", "50/s").shadow())
        .limit(Limit.together("all", "1/s"))
        .healthPaths()
        .build();
    assertThat(shield)
        .hasToString("FlowShield: each client 100/s (at most 200 in any 1s), 5000/h (at most 10,000"
            + " in any 1h), up to 5,000 clients told apart, blocked for 5min after 1,000 rejections"
            + " in 2min; candidate: each client 50/s (at most 100 in any 1s), up to 1,000,000"
            + " clients told apart, only counted; all: everyone together 1/s (at most 2 in any 1s)"
            + "; left alone: none");
  }

  @Nested
  class WithMoreThanOneRate {

    private final HttpShield shield =
        HttpShield.builder().perClient("2/s, 5/h").ticker(ticker).build();

    @Test
    void holdsAClientToEachAndNamesTheOneThatTakesLongest() {
      spend(shield, CLIENT, 2);
      assertThat(text(rejected(shield.admit(FakeRequest.from(CLIENT)))))
          .contains("\"retry_after\":1,\"limit\":2,\"mode\":\"per-ip\"");
      ticker.advance(Duration.ofSeconds(1));
      spend(shield, CLIENT, 2);
      ticker.advance(Duration.ofSeconds(1));
      spend(shield, CLIENT, 1);
      assertThat(text(rejected(shield.admit(FakeRequest.from(CLIENT)))))
          .contains("\"retry_after\":718,\"limit\":5,\"mode\":\"per-ip\"");
    }

    @Test
    void followsALimitThatIsChangedInItsAnswersAndInWhatItSaysOfItself() {
      spend(shield, CLIENT, 2);
      shield.engine().change(Map.of("client", "4/s, 50/h"));
      spend(shield, "192.0.2.2", 4);
      assertThat(text(rejected(shield.admit(FakeRequest.from("192.0.2.2")))))
          .contains("\"limit\":4,");
      assertThat(shield.toString())
          .startsWith("FlowShield: each client 4/s (at most 8 in any 1s), ");
      shield.engine().changeInFlight(7);
      assertThat(shield.toString()).contains("; at most 7 requests in flight, else 503; ");
    }
  }

  @Test
  void blocksAClientThatIsRejectedTooOften() {
    List<RejectionEvent> events = new ArrayList<>();
    HttpShield shield = HttpShield.builder()
        .limit("100/s")
        .perClient("1/s")
        .penalty(Penalty.after(2, Duration.ofMinutes(1)))
        .engine(it -> it.onRejection(events::add, Runnable::run).showKeys())
        .ticker(ticker)
        .build();
    spend(shield, CLIENT, 1);
    shield.admit(FakeRequest.from(CLIENT));
    HttpRejection block = rejected(shield.admit(FakeRequest.from(CLIENT)));
    assertThat(block.status()).isEqualTo(429);
    assertThat(block.fields()).contains(new Field("Retry-After", "301")); // to the millisecond, up
    assertThat(text(block))
        .isEqualTo("{\"status\":\"busy\",\"message\":\"Blocked after too many rejected requests\","
            + "\"retry_after\":301,\"mode\":\"per-ip\"}");
    ticker.advance(Duration.ofSeconds(2));
    assertThat(shield.admit(FakeRequest.from(CLIENT))).isInstanceOf(HttpRejection.class);
    assertThat(shield.stats().blocked()).isEqualTo(1);
    assertThat(events)
        .extracting(RejectionEvent::kind)
        .containsExactly(Kind.OVER_LIMIT, Kind.BLOCK, Kind.BLOCKED);
    assertThat(shield.engine().penalties()).hasSize(1);
    assertThat(shield.engine().pardon("client", events.get(0).key())).isTrue();
    spend(shield, CLIENT, 1);
  }

  @Test
  void countsWhatAShadowWouldReject() {
    HttpShield shield = HttpShield.builder()
        .perClient("100/s")
        .limit(Limit.each("candidate", "2/s").shadow())
        .ticker(ticker)
        .build();
    spend(shield, CLIENT, 10);
    assertThat(shield.stats().limit("candidate").rejected()).isEqualTo(8);
    assertThat(shield.stats().overLimit()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 63, 64, 65, 3600})
  void sharesAnAnswerBetweenThoseThatWaitAsLong(long seconds) {
    HttpShield shield =
        HttpShield.builder().perClient("1/" + seconds + "s").ticker(ticker).build();
    spend(shield, CLIENT, 1);
    spend(shield, "192.0.2.2", 1);
    assertThat(shield.admit(FakeRequest.from(CLIENT)))
        .isSameAs(shield.admit(FakeRequest.from("192.0.2.2")));
  }

  @Test
  void forgetsTheAnswersOfLimitsThatWereChangedLongAgo() {
    HttpShield shield = HttpShield.builder().perClient("1000/h").ticker(ticker).build();
    for (int permits = 1; permits <= 1000; permits++) {
      shield.engine().change(Map.of("client", permits + "/h"));
      ticker.advance(Duration.ofHours(2));
      spend(shield, CLIENT, permits);
      assertThat(text(rejected(shield.admit(FakeRequest.from(CLIENT)))))
          .contains("\"limit\":" + permits + ",");
    }
  }

  @Test
  void aBuilderMayBuildSeveral() {
    HttpShieldBuilder builder = HttpShield.builder().perClient("1/h").limit("2/h");
    spend(builder.build(), CLIENT, 1);
    spend(builder.build(), CLIENT, 1);
  }

  @Test
  void rejectsSettingsThatDoNotFit() {
    assertThatThrownBy(() -> HttpShield.builder().healthPaths("/up").build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "a shield must have at least one of limit, perClient and inFlight, got none: set"
                + " one, as in perClient(\"100/s\")");
    assertThatThrownBy(
            () -> HttpShield.builder().limit("1/s").limiter("fixed-window").build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "perClient must be set where its settings are, got [limiter] alone: set it, as in"
                + " perClient(\"100/s\"), or leave them out");
    assertThatThrownBy(() -> HttpShield.builder().perClient("100/s").perClient("5000/h"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "perClient must be set once, got [100/s] and [5000/h]: say both in one text, as in"
                + " \"100/s, 5000/h\"");
    assertThatThrownBy(() -> HttpShield.builder().maxClients(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "maxClients must be 1 to 100,000,000, got 0: choose what memory allows, 24 bytes a"
                + " client; those beyond share allowances");
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
  void rejectsAStatusThatIsNoError(int status) {
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
