package dev.flowshield.http;

import static dev.flowshield.http.Admissions.CLIENT;
import static dev.flowshield.http.Admissions.OTHER;
import static dev.flowshield.http.Admissions.admitted;
import static dev.flowshield.http.Admissions.get;
import static dev.flowshield.http.Admissions.rejected;
import static dev.flowshield.http.Admissions.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flowshield.http.binding.AdmissionHooks;
import dev.flowshield.http.binding.Progress;
import dev.flowshield.http.exchange.HttpAdmission;
import dev.flowshield.http.exchange.HttpAdmitted;
import dev.flowshield.http.exchange.ShieldResponse;
import dev.flowshield.http.exchange.StreamStats;
import dev.flowshield.http.settings.ConfigurationSources;
import dev.flowshield.http.settings.SettingsFile;
import dev.flowshield.http.watch.UnchargedRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a shield does with streams: requests that stay open when their work is done. */
class StreamsTest {

  private final HttpShield shield = HttpShield.builder()
      .perClient("1000/s")
      .inFlight(2)
      .streams(s -> s.most(5).mostPerClient(3))
      .build();

  private static FakeRequest events(String client) {
    return new FakeRequest("GET", "/events", client).with("Accept", "text/event-stream");
  }

  private static HttpAdmitted open(HttpShield shield, String client) {
    HttpAdmitted stream = admitted(shield.admit(events(client)));
    stream.markAsStream();
    return stream;
  }

  @Test
  void streamsTakeNoPlaceFromOtherRequests() {
    for (int i = 0; i < 3; i++) {
      open(shield, CLIENT);
    }
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.streams())
        .extracting(StreamStats::open, StreamStats::overLimit, StreamStats::shed)
        .containsExactly(3, 0L, 0L);
    admitted(shield.admit(get("/"))).close();
  }

  @Test
  void operatorsSeeTheStreamsBesideTheirCaps() {
    open(shield, CLIENT);
    open(shield, CLIENT);
    open(shield, OTHER);

    assertThat(shield.streams().toString())
        .isEqualTo("StreamStats[open=3, most=5, mostPerClient=3, clients=2, overLimit=0, shed=0]");
  }

  @Test
  void aClientWithTooManyIsRejectedAndOthersAreNot() {
    HttpAdmitted first = open(shield, CLIENT);
    open(shield, CLIENT);
    open(shield, CLIENT);
    ShieldResponse answer = rejected(shield.admit(events(CLIENT)));
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.headers()).contains(new ShieldResponse.Header("Retry-After", "5"));
    assertThat(text(answer))
        .isEqualTo("{\"status\":\"busy\",\"message\":\"Too many open streams\","
            + "\"retry_after\":5,\"mode\":\"streams\"}");
    open(shield, OTHER);
    assertThat(shield.streams())
        .extracting(StreamStats::open, StreamStats::overLimit, StreamStats::shed)
        .containsExactly(4, 1L, 0L);
    assertThat(shield.stats().admitted()).as("what is rejected is not charged").isEqualTo(4);

    first.close();
    open(shield, CLIENT);
  }

  @Test
  void aStreamWithoutRoomCallsNoFunctionsForItsCharges() {
    int[] calls = {0};
    HttpShield counted = HttpShield.builder()
        .perClient("1000/s")
        .policies("GET /events * 1000/s key=account")
        .policies(p -> p.key("account", request -> "account " + calls[0]++))
        .overload(o -> o.criticality(request -> {
          calls[0]++;
          return null;
        }))
        .streams(s -> s.mostPerClient(1))
        .build();
    open(counted, CLIENT);
    assertThat(calls[0]).isEqualTo(2);

    rejected(counted.admit(events(CLIENT)));

    assertThat(calls[0]).isEqualTo(2);
  }

  @Test
  void allTogetherWithTooManyAreRejectedAsByAFullServer() {
    for (String client : List.of(CLIENT, CLIENT, CLIENT, OTHER, OTHER)) {
      open(shield, client);
    }
    ShieldResponse answer = rejected(shield.admit(events(OTHER)));
    assertThat(answer.status()).isEqualTo(503);
    assertThat(text(answer)).contains("\"message\":\"Server is busy\",\"retry_after\":5,");
    assertThat(rejected(shield.admit(events(CLIENT))).status()).isEqualTo(429);
    assertThat(shield.streams())
        .extracting(StreamStats::open, StreamStats::overLimit, StreamStats::shed)
        .containsExactly(5, 1L, 1L);
  }

  @Test
  void aStreamThatWasNotAnnouncedStaysInFlightBeyondTheCap() {
    for (int i = 0; i < 3; i++) {
      open(shield, CLIENT);
    }
    HttpAdmitted beyond = admitted(shield.admit(get("/events")));
    assertThat(beyond.markAsStream()).isFalse();
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    assertThat(shield.streams())
        .extracting(StreamStats::open, StreamStats::overLimit, StreamStats::shed)
        .containsExactly(3, 0L, 0L);
    beyond.close();
    assertThat(shield.stats().inFlight()).isZero();
    assertThat(shield.streams().open()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Accept  | text/event-stream               | true",
        "Accept  | Text/Event-Stream; q=1, */*;q=0 | true",
        "Accept  | */*                             | false",
        "Accept  | text/html                       | false",
        "Upgrade | websocket                       | true",
        "Upgrade | h2c, WebSocket                  | true",
        "Upgrade | h2c                             | false",
        "Other   | text/event-stream               | false",
      })
  void aStreamIsAnnouncedByItsFields(String header, String value, boolean announced) {
    for (int i = 0; i < 3; i++) {
      open(shield, CLIENT);
    }
    HttpAdmission answer = shield.admit(get("/").with(header, value));
    assertThat(answer instanceof ShieldResponse).isEqualTo(announced);
  }

  @Test
  void aStreamIsAnnouncedByConnect() {
    for (int i = 0; i < 3; i++) {
      open(shield, CLIENT);
    }
    rejected(shield.admit(new FakeRequest("CONNECT", "/", CLIENT)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/event-stream               | ESTABLISHED",
        "TEXT/Event-Stream;charset=UTF-8 | ESTABLISHED",
        "text/event-stream ; a=b         | ESTABLISHED",
        "text/event-streams              | GOING_ON",
        "text/html                       | GOING_ON",
        "                                | GOING_ON",
      })
  void aCommittedResponseIsAStreamByItsType(String contentType, Progress progress) {
    assertThat(Progress.committed(contentType)).isEqualTo(progress);
  }

  @Test
  void theApplicationSaysSoToAllShieldsThatHaveAdmittedTheRequest() {
    HttpShield inner = HttpShield.builder().inFlight(10).build();
    FakeRequest request = get("/poll");
    assertThat(AdmissionHooks.markAsStream(request))
        .as("that no shield has admitted")
        .isTrue();
    HttpAdmitted outerPlace = admitted(shield.admit(request));
    HttpAdmitted innerPlace = admitted(inner.admit(request));
    assertThat(inner.admit(request)).isSameAs(UnchargedRequest.INSTANCE);
    AdmissionHooks.markAsStream(request);
    for (HttpShield each : List.of(shield, inner)) {
      assertThat(each.stats().inFlight()).isZero();
      assertThat(each.streams().open()).isEqualTo(1);
    }
    innerPlace.close();
    outerPlace.close();
    assertThat(shield.streams().open()).isZero();
    assertThat(inner.streams().open()).isZero();
  }

  @Test
  void whatAStreamHasCostIsSettledAtItsEnd() {
    HttpShield settling = HttpShield.builder()
        .perClient("1000/s")
        .policies("* /events * 10/h cost=later")
        .build();
    FakeRequest request = events(CLIENT);
    HttpAdmitted stream = admitted(settling.admit(request));
    AdmissionHooks.markAsStream(request);
    AdmissionHooks.reportCost(request, 7);
    stream.close();
    assertThat(settling.engine().peek("events", CLIENT).remaining()).isEqualTo(3);
    assertThat(settling.streams().open()).isZero();
  }

  @Test
  void clientsThatAreNotLimitedAreNotCappedAsClients() {
    HttpShield allowing = HttpShield.builder()
        .perClient("1000/s")
        .streams(s -> s.most(3).mostPerClient(1))
        .clients(c -> c.allow(CLIENT))
        .policies(p -> p.exemptPaths("/events"))
        .build();
    open(allowing, CLIENT);
    open(allowing, OTHER);
    open(allowing, OTHER);
    assertThat(rejected(allowing.admit(events(CLIENT))).status()).isEqualTo(503);
  }

  @Test
  void withoutCapsStreamsGiveTheirPlacesBackAllTheSame() {
    HttpShield uncapped = HttpShield.builder().inFlight(1).build();
    for (int i = 0; i < 100; i++) {
      open(uncapped, CLIENT);
    }
    assertThat(uncapped.stats().inFlight()).isZero();
    assertThat(uncapped.streams().open()).isEqualTo(100);
  }

  @Test
  void aRendererGivesTheAnswerItsWords() {
    HttpShield rendered = HttpShield.builder()
        .perClient("1000/s")
        .streams(s -> s.mostPerClient(1))
        .responses(r -> r.renderer((proposed, request, why) ->
            proposed.withBody("text/x", (proposed.status() + " " + why).getBytes(UTF_8))))
        .build();
    open(rendered, CLIENT);
    assertThat(text(rejected(rendered.admit(events(CLIENT)))))
        .isEqualTo("429 Shed[retryAfterNanos=5000000000]");
  }

  @Test
  void theConfigurationHasCapsUnlessTheyAreOff() {
    assertThat(HttpShield.fromConfiguration().toString())
        .contains("; at most 10,000 open streams, 500 of each client; ");
    assertThat(HttpShield.fromConfiguration(Map.of("streams", "off", "streams-per-client", "7"))
            .toString())
        .contains("; at most 7 open streams of each client; ")
        .doesNotContain("10,000 open");
    assertThat(HttpShield.fromConfiguration(Map.of("streams", "9", "streams-per-client", "off"))
            .toString())
        .contains("; at most 9 open streams; ");
  }

  @Test
  void saysWhichCapIsPossible() {
    assertThatThrownBy(() -> HttpShield.fromConfiguration(Map.of("streams", "0")))
        .hasMessageContaining("choose how many connections the server can hold open");
    assertThatThrownBy(() -> HttpShield.builder().streams(s -> s.mostPerClient(0)))
        .hasMessage("streamsPerClient must be 1 to 10,000,000, got 0: choose how many connections"
            + " the server can hold open");
  }

  @Test
  void aReloadChangesTheCapsAndLeavesWhatIsOpen() {
    Map<String, String> settings = new HashMap<>(Map.of("per-client", "1000/s", "streams", "2"));
    HttpShield reloaded =
        HttpShield.of(() -> ConfigurationSources.current(settings, SettingsFile.NONE), code -> {});
    open(reloaded, CLIENT);
    HttpAdmitted second = open(reloaded, CLIENT);
    settings.put("streams", "1");
    settings.put("streams-per-client", "off");
    assertThat(reloaded.reload())
        .containsExactlyInAnyOrder("streams: 2 -> 1", "streams-per-client: 500 -> off");
    assertThat(reloaded.streams().open()).isEqualTo(2);
    second.close();
    assertThat(rejected(reloaded.admit(events(OTHER))).status()).isEqualTo(503);
  }
}
