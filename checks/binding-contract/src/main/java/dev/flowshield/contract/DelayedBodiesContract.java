package dev.flowshield.contract;

import static dev.flowshield.contract.Application.HELLO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.http.HttpShield;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests of rejected requests whose body arrives late, byte by byte or never. Such a request holds
 * no thread, and its connection only briefly. A client that sends its body at once loses no
 * response.
 */
interface DelayedBodiesContract {

  Duration MOST = Duration.ofSeconds(3);
  int MORE_THAN_WORKERS = 250;
  int VERY_LONG = 5_000_000;
  int STREAMS = 2; // a server may treat more resets as an attack

  Fixture fixture();

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Length: 50", "Content-Length: 100000", "Transfer-Encoding: chunked"})
  default void aRejectedBodyThatDripsDoesNotKeepItsConnection(String length) throws Exception {
    fixture().perClient("1/s");
    Connection client = fixture().connect(1);
    client.get("/hello");
    client.send("POST", "/echo", length);
    assertThat(client.read().status()).isEqualTo(429);
    assertThat(client.isEndedWhileItDrips("186a0\r\n", MOST)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Length: 10", "Content-Length: 100000", "Transfer-Encoding: chunked"})
  default void rejectedBodiesThatDoNotComeHoldNoThread(String length) throws Exception {
    fixture().perClient("1/h");
    fixture().connect(1).get("/hello");
    List<Connection> late = new ArrayList<>();
    for (int i = 0; i < MORE_THAN_WORKERS; i++) {
      Connection client = fixture().connect(1);
      client.send("POST", "/echo", length);
      late.add(client);
    }
    Connection other = fixture().connect(2);
    Assertions.assertTimeout(MOST, () -> {
      assertThat(other.get("/hello").body()).isEqualTo(HELLO);
      for (Connection client : late) {
        assertThat(client.read().status()).isEqualTo(429);
      }
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 65_536, 100_000, 300_000})
  default void anAnswerReachesTheClientThatSendsItsWholeBodyBeforeItReads(int length)
      throws Exception {
    fixture().perClient("1/h");
    fixture().connect(1).get("/hello");
    for (int i = 0; i < 20; i++) {
      Connection client = fixture().connect(1);
      client.send("POST", "/echo", "Content-Length: " + length);
      client.write("0".repeat(length));
      WireResponse answer = client.read();
      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.body()).endsWith("}");
    }
  }

  @Test
  default void anAnswerReachesTheClientThatSendsItsVeryLongBodyBeforeItReads() throws Exception {
    fixture().perClient("1/h");
    fixture().connect(1).get("/hello");
    for (int i = 0; i < 3; i++) {
      Connection client = fixture().connect(1);
      client.send("POST", "/echo", "Content-Length: " + VERY_LONG);
      client.write("0".repeat(VERY_LONG));
      assertThat(client.read().status()).isEqualTo(429);
    }
  }

  @Test
  default void aShortBodyThatComesAfterItsHeadKeepsItsConnection() throws Exception {
    fixture().perClient("1/s");
    Connection client = fixture().connect(1);
    client.get("/hello");
    client.send("POST", "/echo", "Content-Length: 10");
    fixture().connect(2).get("/hello"); // the head has been read by then
    client.write("0123456789");
    WireResponse answer = client.read();
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.values("Connection")).doesNotContain("close");
    fixture().ticker().advance(Duration.ofSeconds(1));
    assertThat(client.get("/hello").body()).isEqualTo(HELLO);
  }

  @Test
  default void aRejectedBodyThatDoesNotComeTakesNoPlaceOfAShieldThatAdmittedIt() throws Exception {
    HttpShield outer = fixture()
        .shields(
            HttpShield.builder().inFlight(1).build(),
            HttpShield.builder().perClient("1/h").build());
    fixture().connect(1).get("/hello");
    Fixture.awaitNothingInFlight(outer);
    Connection client = fixture().connect(1);
    client.send("POST", "/echo", "Content-Length: 10");
    assertThat(client.read().status()).isEqualTo(429);
    Assertions.assertTimeout(MOST, () -> Fixture.awaitNothingInFlight(outer));
  }

  @Test
  default void overHttp2TheAnswerIsWholeBeforeItsStreamIsEnded() throws Exception {
    fixture().perClient("1/h");
    fixture().connect(1).get("/hello");
    try (Http2Connection client = Http2Connection.to(fixture().port(), 65_535)) {
      int late = client.post("/echo");
      client.data(late, 1000, false);
      assertThat(client.awaitHead(late)).as("admitted").isFalse();
      client.awaitEnd(late);
    }
  }

  @Test
  default void overHttp2ARejectedBodyThatDoesNotComeEndsItsStreamAlone() throws Exception {
    fixture().perClient("1/h");
    fixture().connect(1).get("/hello");
    try (Http2Connection client = Http2Connection.to(fixture().port(), 65_535)) {
      int first = client.post("/echo");
      for (int i = 1; i < STREAMS; i++) {
        client.post("/echo");
      }
      Assertions.assertTimeout(MOST, () -> client.awaitResets(first, STREAMS));
      client.awaitEnd(client.get("/hello"));
    }
  }
}
