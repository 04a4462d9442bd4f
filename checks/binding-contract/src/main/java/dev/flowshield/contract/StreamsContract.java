package dev.flowshield.contract;

import static dev.flowshield.contract.Application.FULL;
import static dev.flowshield.contract.Application.HELLO;
import static dev.flowshield.contract.Fixture.awaitNothingInFlight;
import static dev.flowshield.contract.Fixture.awaitStreams;
import static dev.flowshield.contract.ServerDifference.NO_UPGRADE;
import static dev.flowshield.contract.ServerDifference.SILENT_STREAMS_OUTLIVE_CLIENTS;
import static dev.flowshield.contract.ServerDifference.UPGRADED_IS_NOT_COUNTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.StreamStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests of requests that stay open after their work is done, and then hold no slot. */
interface StreamsContract {

  int WINDOW = 65_535; // bytes

  Fixture fixture();

  private Connection openEvents(int host, String... headers) throws Exception {
    Connection client = fixture().connect(host);
    client.send("GET", "/events", headers);
    assertThat(client.readHead().status()).isEqualTo(200);
    client.readFirst();
    return client;
  }

  private List<Connection> openEvents(int host, int times, String... headers) throws Exception {
    List<Connection> clients = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      clients.add(openEvents(host, headers));
    }
    return clients;
  }

  @Test
  default void anEventStreamIsInFlightUntilItIsEstablished() throws Exception {
    HttpShield shield = fixture().shields(HttpShield.builder().inFlight(10).build());
    Connection client = openEvents(1);
    awaitStreams(shield, 1);
    client.abort();
    awaitStreams(shield, 0);
    assertThat(shield.stats().ignored()).isEqualTo(1);
    assertThat(shield.stats().failed()).isZero();
  }

  @Test
  default void anEventStreamOverHttp2IsInFlightUntilItIsEstablished() throws Exception {
    HttpShield shield = fixture().shields(HttpShield.builder().inFlight(10).build());
    try (Http2Connection client = Http2Connection.to(fixture().port(), WINDOW)) {
      int stream = client.get("/events");
      assertThat(client.awaitHead(stream)).isTrue();
      awaitStreams(shield, 1);
      client.reset(stream);
      awaitStreams(shield, 0);
    }
  }

  @Test
  default void moreEventStreamsThanPlacesLeaveOthersServed() throws Exception {
    HttpShield shield = fixture().shields(HttpShield.builder().inFlight(10).build());
    openEvents(1, 10);
    awaitStreams(shield, 10);
    openEvents(1, 10);
    awaitStreams(shield, 20);
    assertThat(fixture().connect(2).get("/hello").body()).isEqualTo(HELLO);
    assertThat(shield.stats().shed()).isZero();
  }

  @Test
  default void aClientWithTooManyStreamsIsRejectedAndOthersAreServed() throws Exception {
    String accept = "Accept: text/event-stream";
    HttpShield shield = fixture()
        .shields(
            HttpShield.builder().inFlight(100).streams(s -> s.mostPerClient(10)).build());
    List<Connection> open = openEvents(1, 10, accept);
    awaitStreams(shield, 10);
    for (int i = 0; i < 10; i++) {
      WireResponse answer = fixture().connect(1).get("/events", accept);
      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.values("Retry-After")).containsExactly("5");
    }
    assertThat(fixture().connect(1).get("/hello").body()).isEqualTo(HELLO);
    openEvents(2, accept);
    awaitStreams(shield, 11);
    assertThat(shield.streams())
        .extracting(StreamStats::open, StreamStats::overLimit, StreamStats::shed)
        .containsExactly(11, 10L, 0L);

    open.get(0).close();
    awaitStreams(shield, 10);
    openEvents(1, accept);
    awaitStreams(shield, 11);
  }

  @Test
  default void streamsBeyondTheCapOfAllAreRejectedAsByAFullServer() throws Exception {
    String accept = "Accept: text/event-stream, text/html;q=0.5";
    HttpShield shield = fixture()
        .shields(HttpShield.builder().inFlight(100).streams(s -> s.most(2)).build());
    openEvents(1, accept);
    openEvents(2, accept);
    awaitStreams(shield, 2);
    WireResponse answer = fixture().connect(3).get("/events", accept);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(shield.streams())
        .extracting(StreamStats::open, StreamStats::overLimit, StreamStats::shed)
        .containsExactly(2, 0L, 1L);
  }

  @Test
  default void streamsThatWereNotAnnouncedTakeNoPlaceBeyondTheCap() throws Exception {
    HttpShield shield = fixture()
        .shields(
            HttpShield.builder().inFlight(10).streams(s -> s.mostPerClient(2)).build());
    openEvents(1, 2);
    awaitStreams(shield, 2);
    for (int round = 1; round <= 2; round++) {
      List<Connection> beyond = openEvents(1, 8);
      awaitStreams(shield, 2);
      for (Connection each : beyond) {
        each.awaitEndOfStream();
      }
      assertThat(shield.streams())
          .extracting(StreamStats::open, StreamStats::overLimit, StreamStats::shed)
          .containsExactly(2, 8L * round, 0L);
    }
    for (int i = 0; i < 20; i++) {
      assertThat(fixture().connect(2).get("/hello").body()).isEqualTo(HELLO);
    }
    assertThat(shield.stats().shed()).isZero();
  }

  @Test
  default void overHttp2AStreamBeyondTheCapEndsAlone() throws Exception {
    HttpShield shield = fixture()
        .shields(
            HttpShield.builder().inFlight(10).streams(s -> s.mostPerClient(1)).build());
    try (Http2Connection client = Http2Connection.to(fixture().port(), WINDOW)) {
      int first = client.get("/events");
      assertThat(client.awaitHead(first)).isTrue();
      awaitStreams(shield, 1);
      int second = client.get("/events");
      client.awaitEndOrReset(second);
      awaitStreams(shield, 1);
      assertThat(client.awaitHead(client.get("/hello"))).isTrue();
      client.awaitData(first);
    }
  }

  @Test
  default void aSilentStreamWhoseClientHasGoneTakesNoPlaceOfOthers() throws Exception {
    HttpShield shield = fixture().shields(HttpShield.builder().inFlight(10).build());
    fixture().application().closeGate();
    boolean seesThemGo = !fixture().differs(SILENT_STREAMS_OUTLIVE_CLIENTS);
    for (int round = 1; round <= 2; round++) {
      for (int i = 0; i < 8; i++) {
        Connection client = fixture().connect(1);
        client.send("GET", "/quiet");
        assertThat(client.readHead().status()).isEqualTo(200);
        client.readUntil("\n\n"); // of the first event
        client.close();
      }
      awaitStreams(shield, seesThemGo ? 0 : 8 * round);
    }
    if (!seesThemGo) {
      await().during(Duration.ofSeconds(1)).until(() -> shield.streams().open() == 16);
    }
    assertThat(fixture().connect(2).get("/hello").body()).isEqualTo(HELLO);
    fixture().application().openGate(); // so that events continue and the server notices
    awaitStreams(shield, 0);
  }

  @Test
  default void aSilentStreamOverHttp2EndsWithItsClient() throws Exception {
    HttpShield shield = fixture().shields(HttpShield.builder().inFlight(10).build());
    fixture().application().closeGate();
    try (Http2Connection client = Http2Connection.to(fixture().port(), WINDOW)) {
      int first = client.get("/quiet");
      assertThat(client.awaitHead(first)).isTrue();
      int second = client.get("/quiet");
      assertThat(client.awaitHead(second)).isTrue();
      awaitStreams(shield, 2);
      client.reset(first);
      awaitStreams(shield, 1);
      client.abort();
      awaitStreams(shield, 0);
    }
  }

  @Test
  default void aStreamThatTakesTheTurnOfAnotherIsNotCutOff() throws Exception {
    HttpShield shield = fixture()
        .shields(
            HttpShield.builder().inFlight(100).streams(s -> s.mostPerClient(1)).build());
    Connection first = openEvents(1);
    awaitStreams(shield, 1);
    Connection second = openEvents(1);
    first.close();
    awaitStreams(shield, 1);
    assertThat(shield.streams())
        .extracting(StreamStats::open, StreamStats::overLimit, StreamStats::shed)
        .containsExactly(1, 0L, 0L);
    second.readFirst();
  }

  @Test
  default void whatTheApplicationSaysIsAStreamIsOneUntilItIsAnswered() throws Exception {
    HttpShield shield = fixture().shields(HttpShield.builder().inFlight(1).build());
    fixture().application().closeGate();
    List<Connection> clients = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      Connection client = fixture().connect(1);
      client.send("GET", "/poll");
      clients.add(client);
      fixture().application().awaitArrival();
      awaitStreams(shield, i);
    }
    fixture().application().openGate();
    for (Connection client : clients) {
      assertThat(client.read().body()).isEqualTo(HELLO);
    }
    awaitStreams(shield, 0);
  }

  @Test
  default void theApplicationIsToldThatThereIsNoRoomForItsStream() throws Exception {
    HttpShield shield = fixture()
        .shields(
            HttpShield.builder().inFlight(10).streams(s -> s.mostPerClient(1)).build());
    fixture().application().closeGate();
    Connection first = fixture().connect(1);
    first.send("GET", "/poll");
    fixture().application().awaitArrival();
    awaitStreams(shield, 1);
    for (int i = 0; i < 20; i++) {
      assertThat(fixture().connect(1).get("/poll").body()).isEqualTo(FULL);
    }
    awaitStreams(shield, 1);
    fixture().application().openGate();
    assertThat(first.read().body()).isEqualTo(HELLO);
  }

  @Test
  default void aConnectionThatHasLeftHttpIsAStreamUntilItEnds() throws Exception {
    if (fixture().differs(NO_UPGRADE)) {
      return;
    }
    HttpShield shield = fixture()
        .shields(
            HttpShield.builder().inFlight(10).streams(s -> s.mostPerClient(1)).build());
    Connection client = fixture().connect(1);
    client.send("GET", ResponseKind.UPGRADE.path(), ResponseKind.UPGRADE.headers());
    assertThat(client.readHead().status()).isEqualTo(101);
    if (fixture().differs(UPGRADED_IS_NOT_COUNTED)) {
      awaitNothingInFlight(shield);
      assertThat(shield.streams().open()).isZero();
      return;
    }
    awaitStreams(shield, 1);
    assertThat(fixture()
            .connect(1)
            .get(ResponseKind.UPGRADE.path(), ResponseKind.UPGRADE.headers())
            .status())
        .isEqualTo(429);
    client.close();
    awaitStreams(shield, 0);
  }

  @Test
  default void aServerThatIsStoppedLeavesNoStreamOfASharedShield() throws Exception {
    HttpShield shield = fixture().shields(HttpShield.builder().inFlight(10).build());
    openEvents(1, 3);
    awaitStreams(shield, 3);
    fixture().stopServer();
    awaitStreams(shield, 0);
  }
}
