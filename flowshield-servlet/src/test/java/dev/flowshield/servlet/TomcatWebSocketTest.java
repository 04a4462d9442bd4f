package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.contract.Connection;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.exchange.StreamStats;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests of web sockets of {@code jakarta.websocket} in Tomcat. */
@Tag("servlet-6.1")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TomcatWebSocketTest {

  private static final String[] HANDSHAKE = {
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
  };

  // The head of a close frame of a client: masked, without a body.
  private static final String CLOSE = "\u0088\u0080\0\0\0\0";

  private final HttpShield shield =
      HttpShield.builder().inFlight(10).streams(s -> s.mostPerClient(2)).build();
  private Container container;

  @BeforeEach
  void start() throws Exception {
    container = TomcatContainer.start(context -> {
      SilentSocket.register(context);
      // Otherwise Tomcat would respond to unknown paths without calling the filters.
      Endpoint.at("/", context, (request, response) -> response.sendError(404));
      FlowShieldFilter.protect(context, shield);
    });
  }

  @AfterEach
  void stop() throws Exception {
    container.stop();
  }

  @Test
  void aWebSocketIsAStreamUntilItIsClosed() throws Exception {
    Connection polite = open(101);
    Connection rude = open(101);
    awaitStreams(2);
    open(429);
    polite.write(CLOSE);
    awaitStreams(1);
    rude.abort();
    awaitStreams(0);
    open(101);
    awaitStreams(1);
    assertThat(shield.streams())
        .extracting(StreamStats::open, StreamStats::overLimit, StreamStats::shed)
        .containsExactly(1, 1L, 0L);
  }

  @Test
  void aWebSocketThatIsSilentStaysAStream() throws Exception {
    open(101);
    awaitStreams(1);
    await().during(Duration.ofSeconds(3)).until(() -> shield.streams().open() == 1);
  }

  private Connection open(int status) throws Exception {
    Connection client = Connection.to(container.port());
    client.send("GET", SilentSocket.PATH, HANDSHAKE);
    assertThat(client.read().status()).isEqualTo(status);
    return client;
  }

  private void awaitStreams(int open) {
    await().untilAsserted(() -> assertThat(shield.streams().open()).isEqualTo(open));
    assertThat(shield.stats().inFlight()).isZero();
  }
}
