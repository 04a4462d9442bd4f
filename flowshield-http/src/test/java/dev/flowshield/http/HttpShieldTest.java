package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.spend;
import static dev.flowshield.http.Admissions.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import dev.flowshield.engine.RejectionEvent;
import dev.flowshield.engine.RejectionEvent.Kind;
import dev.flowshield.http.binding.RequestView;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.ShieldResponse.Header;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests a shield admits, and what it counts. */
class HttpShieldTest {

  private final ManualTicker ticker = ManualTicker.atZero();

  @Nested
  class WhenAClientHasSpentItsLimit {

    private final HttpShield shield =
        HttpShield.builder().perClient("2/s").operations(o -> o.ticker(ticker)).build();

    @Test
    void othersGoOn() {
      spend(shield, CLIENT, 2);
      assertThat(shield.admit(FakeRequest.from("192.0.2.2"))).isInstanceOf(HttpAdmitted.class);
      assertThat(shield.admit(FakeRequest.from("2001:db8::1"))).isInstanceOf(HttpAdmitted.class);
    }

    @Test
    void operatorsFindTheClientByItsAddress() {
      spend(shield, "2001:db8::1", 2);

      String key = shield.keyOf("2001:DB8:0::ffff");
      assertThat(shield.engine().peek("client", key).isAdmitted()).isFalse();
      assertThat(shield.keyOf("192.0.2.1")).isEqualTo(CLIENT);
      assertThatThrownBy(() -> shield.keyOf("localhost"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("address must be an IP address, got 'localhost': write one, as in 203.0.113.9"
              + " or 2001:db8::1");
    }

    @Test
    void itsOtherAddressesHaveSpentItToo() {
      spend(shield, "2001:db8::1", 2);
      spend(shield, CLIENT, 2);
      assertThat(shield.admit(FakeRequest.from("2001:db8::2"))).isInstanceOf(ShieldResponse.class);
      assertThat(shield.admit(FakeRequest.from("::ffff:192.0.2.1")))
          .isInstanceOf(ShieldResponse.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unix:/run/app.sock", "client.example", "1.2.3"})
    void peersWithoutAnAddressShareOneAllowance(String peer) {
      spend(shield, null, 2);
      assertThat(shield.admit(FakeRequest.from(peer))).isInstanceOf(ShieldResponse.class);
    }

    @Test
    void admitsAgainAfterTheWaitAndNotANanosecondSooner() {
      spend(shield, CLIENT, 2);
      ticker.advance(Duration.ofMillis(500).minusNanos(1));
      assertThat(shield.admit(FakeRequest.from(CLIENT))).isInstanceOf(ShieldResponse.class);
      ticker.advance(Duration.ofNanos(1));
      assertThat(shield.admit(FakeRequest.from(CLIENT))).isInstanceOf(HttpAdmitted.class);
    }
  }

  @Test
  void leavesHealthChecksAloneWhenTheServerIsFull() {
    HttpShield shield = HttpShield.builder().inFlight(1).build();
    spend(shield, CLIENT, 1);
    HttpAdmission probe = shield.admit(new FakeRequest("GET", "/healthz", CLIENT));
    admitted(probe).failed();
    admitted(probe).ignored();
    admitted(probe).close();
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    assertThat(shield.stats().admitted()).isEqualTo(1);
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
        public List<String> headers(String name) {
          return List.of();
        }

        @Override
        public String peerAddress() {
          return CLIENT;
        }

        @Override
        public Object mark() {
          return "another filter's";
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

  @Nested
  class WithMoreThanOneRate {

    private final HttpShield shield = HttpShield.builder()
        .perClient("2/s, 5/h")
        .operations(o -> o.ticker(ticker))
        .build();

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
        .limits(l -> l.penalty(Penalty.after(2, Duration.ofMinutes(1))))
        .operations(o -> o.engine(
                it -> it.onRejection(events::add, Runnable::run).showKeys())
            .ticker(ticker))
        .build();
    spend(shield, CLIENT, 1);
    shield.admit(FakeRequest.from(CLIENT));
    ShieldResponse block = rejected(shield.admit(FakeRequest.from(CLIENT)));
    assertThat(block.status()).isEqualTo(429);
    assertThat(block.headers())
        .contains(new Header("Retry-After", "301")); // to the millisecond, up
    assertThat(text(block))
        .isEqualTo("{\"status\":\"busy\",\"message\":\"Blocked after too many rejected requests\","
            + "\"retry_after\":301,\"mode\":\"per-ip\"}");
    ticker.advance(Duration.ofSeconds(2));
    assertThat(shield.admit(FakeRequest.from(CLIENT))).isInstanceOf(ShieldResponse.class);
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
        .operations(o -> o.ticker(ticker))
        .build();
    spend(shield, CLIENT, 10);
    assertThat(shield.stats().limit("candidate").rejected()).isEqualTo(8);
    assertThat(shield.stats().overLimit()).isZero();
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
}
