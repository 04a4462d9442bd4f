package dev.flowshield.contract;

import static dev.flowshield.contract.Application.HELLO;
import static dev.flowshield.contract.ServerDifference.ASKS_FOR_BODIES_FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of the bodies of admitted and rejected requests. */
interface RequestBodiesContract {

  Fixture fixture();

  @Test
  default void anAdmittedBodyArrivesWhole() throws Exception {
    fixture().perClient("100/s");
    Connection client = fixture().connect(1);
    String body = "0123456789".repeat(10_000);
    client.send("POST", "/echo", "Content-Length: " + body.length());
    client.write(body);
    assertThat(client.read().body()).isEqualTo(body);
  }

  @Test
  default void theShortBodyOfARejectedRequestIsNoRequest() throws Exception {
    fixture().perClient("1/s");
    Connection client = fixture().connect(1);
    client.get("/hello");
    String body = "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(20);
    client.write("POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + body.length()
        + "\r\n\r\n" + body);
    assertThat(client.read().status()).isEqualTo(429);
    fixture().ticker().advance(Duration.ofSeconds(1));
    assertThat(client.get("/hello").body()).isEqualTo(HELLO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 300000", "Transfer-Encoding: chunked"})
  default void theLongBodyOfARejectedRequestIsNotWaitedFor(String length) throws Exception {
    fixture().perClient("1/s");
    Connection client = fixture().connect(1);
    client.get("/hello");
    client.send("POST", "/echo", length);
    client.tryWrite("186a0\r\n" + "0".repeat(1000));
    WireResponse answer = client.read();
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.body()).endsWith("}");
    assertThat(answer.values("Connection")).containsExactly("close");
    client.tryWrite(rest(length));
    assertThat(client.isEnded()).isTrue();
    Connection stalled = fixture().connect(1);
    stalled.send("POST", "/echo", length);
    assertThat(stalled.read().status()).isEqualTo(429);
    assertThat(stalled.isEnded()).isTrue();
  }

  private static String rest(String length) {
    return length.endsWith("chunked") ? "0".repeat(99_000) + "\r\n0\r\n\r\n" : "0".repeat(298_993);
  }

  @Test
  default void aRejectedKeyIsNotAskedForItsBody() throws Exception {
    fixture().perClient("1/s");
    Connection client = fixture().connect(1);
    client.get("/hello");
    client.send("POST", "/echo", "Content-Length: 300000", "Expect: 100-continue");
    if (fixture().differs(ASKS_FOR_BODIES_FIRST)) {
      assertThat(client.read().status()).isEqualTo(100);
    }
    assertThat(client.read().status()).isEqualTo(429);
    assertThat(client.isEnded()).isTrue();
  }
}
