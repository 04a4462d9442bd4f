package dev.flowshield.undertow;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.contract.Connection;
import dev.flowshield.contract.Http2Connection;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.PathHandler;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xnio.channels.StreamSinkChannel;

/**
 * Tests of clients that go away, and of work that Undertow then forgets. One worker serves all of
 * them.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("thorough")
class ExchangeCompletionTest {

  private static final int WINDOW = 65_535;

  // Well below the time limit of the watch, so a slot released in time was not released by it.
  private static final Duration SOON = Duration.ofSeconds(3);

  private static final Duration AFTER_THE_PATIENCE = Duration.ofSeconds(8);

  private final HttpShield shield = HttpShield.builder()
      .perClient("1000000/s")
      .policies("* /login * 1000/day on=status:401")
      .inFlight(1000)
      .build();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final BlockingQueue<HttpServerExchange> arrived = new LinkedBlockingQueue<>();
  private final Set<ServerConnection> connections = ConcurrentHashMap.newKeySet();
  private final List<Http2Connection> clients = new ArrayList<>();
  private ServerUnderTest server;

  @BeforeEach
  void start() {
    HttpHandler slow = new BlockingHandler(exchange -> work());
    HttpHandler app = new PathHandler()
        .addExactPath("/hello", exchange -> exchange.getResponseSender().send("hello"))
        .addExactPath("/swallows", exchange -> {
          exchange.addExchangeCompleteListener((ended, next) -> {}); // does not proceed
          exchange.getResponseSender().send("hello");
        })
        .addExactPath("/throws", exchange -> {
          exchange.addExchangeCompleteListener((ended, next) -> {
            throw new IllegalStateException("this failure is part of the test");
          });
          exchange.getResponseSender().send("hello");
        })
        .addExactPath(
            "/unread",
            exchange -> exchange.dispatch(SameThreadExecutor.INSTANCE, () -> respond(exchange)))
        .addExactPath("/slow", slow)
        .addExactPath("/login", slow)
        .addExactPath(
            "/task",
            exchange -> exchange.dispatch(() -> {
              work();
              exchange.endExchange();
            }))
        .addExactPath(
            "/async",
            exchange ->
                exchange.dispatch(SameThreadExecutor.INSTANCE, () -> arrived.add(exchange)));
    HttpHandler root = FlowShieldHandler.protect(app, shield);
    server = Servers.start(
        exchange -> {
          connections.add(exchange.getConnection());
          root.handleRequest(exchange);
        },
        1);
  }

  /** Writes a complete response, without reading the request or ending the exchange. */
  private static void respond(HttpServerExchange exchange) {
    try {
      exchange.setResponseContentLength(5);
      StreamSinkChannel response = exchange.getResponseChannel();
      response.write(ByteBuffer.wrap("hello".getBytes(US_ASCII)));
      response.shutdownWrites();
      response.flush();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void work() {
    begun.incrementAndGet();
    try {
      gate.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    done.incrementAndGet();
  }

  @AfterEach
  void stop() throws Exception {
    gate.countDown();
    closeAll();
    server.stop().run();
  }

  @Test
  void workThatUndertowDropsGivesItsPlaceBackAtOnce() throws Exception {
    for (int i = 0; i < 4; i++) {
      ask("/slow", 50);
    }
    awaitInFlight(200);
    closeAll();
    awaitLeft();
    gate.countDown();
    awaitInFlight(0);
    assertThat(done).hasValueLessThan(200);
    assertReachable();
  }

  @Test
  void workThatUndertowDropsIsChargedWhatWasReserved() throws Exception {
    ask("/login", 50);
    awaitInFlight(50);
    closeAll();
    awaitLeft();
    gate.countDown();
    awaitInFlight(0);
    int dropped = 50 - done.get();
    assertThat(dropped).isPositive();
    assertThat(shield.engine().peek("login", "127.0.0.1").remaining()).isEqualTo(1000 - dropped);
  }

  @Test
  void rapidResetsLoseNoPlace() throws Exception {
    for (int i = 0; i < 4; i++) {
      Http2Connection client = connect();
      for (int j = 0; j < 300; j++) { // Undertow tolerates 200, then it closes the connection
        client.tryGetAndReset("/slow");
      }
    }
    await().until(() -> shield.stats().inFlight() >= 800);
    closeAll();
    awaitLeft();
    gate.countDown();
    awaitInFlight(0);
    assertThat(done).hasValueLessThan((int) shield.stats().admitted());
    assertReachable();
  }

  @Test
  void aStreamThatIsResetIsInFlightUntilItsWorkHasEnded() throws Exception {
    Http2Connection client = connect();
    int stream = client.get("/slow");
    int queued = client.get("/slow");
    awaitInFlight(2);
    client.reset(stream);
    client.reset(queued);
    client.awaitEnd(client.get("/hello")); // so the server has processed the resets
    awaitInFlight(2);
    gate.countDown();
    awaitInFlight(0);
    assertThat(done).hasValue(2);
  }

  @Test
  void aTaskOfTheApplicationRunsThoughItsClientHasGone() throws Exception {
    ask("/task", 20);
    awaitInFlight(20);
    closeAll();
    awaitLeft();
    assertThat(shield.stats().inFlight()).isEqualTo(20);
    gate.countDown();
    awaitInFlight(0);
    assertThat(done).hasValue(20);
  }

  @Test
  void workThatWaitsForAWorkerLongerThanThePatienceIsNotBegun() throws Exception {
    Http2Connection client = ask("/slow", 10);
    awaitInFlight(10);
    client.resetAll();
    await().atMost(AFTER_THE_PATIENCE).until(() -> shield.stats().inFlight() <= 1);
    assertThat(shield.stats().inFlight()).as("a worker runs it").isEqualTo(1);
    gate.countDown();
    awaitInFlight(0);
    assertReachable();
    client.awaitEnd(client.get("/slow"));
    assertThat(done).hasValue(2);
    assertThat(shield.stats().ignored()).isEqualTo(10);
  }

  @Test
  void anExchangeThatIsForgottenIsInFlightUntilThePatienceIsOver() throws Exception {
    Http2Connection leaves = ask("/async", 1);
    HttpServerExchange left = arrived.take();
    leaves.close();
    await().until(() -> !left.getConnection().isOpen());
    left.dispatch((HttpHandler) HttpServerExchange::endExchange); // Undertow also drops this
    Http2Connection resets = ask("/async", 1);
    arrived.take();
    resets.resetAll();
    Http2Connection stays = ask("/async", 1);
    HttpServerExchange open = arrived.take();
    assertThat(shield.stats().inFlight()).isEqualTo(3);
    await().atMost(AFTER_THE_PATIENCE).until(() -> shield.stats().inFlight() <= 1);
    assertThat(shield.stats().inFlight()).as("its client is still there").isEqualTo(1);
    open.endExchange();
    stays.awaitEnd(1);
    awaitInFlight(0);
  }

  @Test
  void anExchangeWhoseEndIsNeverToldIsInFlightUntilThePatienceIsOver() throws Exception {
    ask("/swallows", 5);
    ask("/throws", 5);
    try (Connection swallowed = Connection.to(server.port());
        Connection unread = Connection.to(server.port())) {
      assertThat(swallowed.get("/swallows").body()).isEqualTo("hello");
      unread.send("POST", "/unread", "Content-Length: 10");
      assertThat(unread.read().body()).isEqualTo("hello");
      await().until(() -> shield.stats().admitted() == 12);
      assertThat(shield.stats().inFlight()).isPositive();
      await().atMost(AFTER_THE_PATIENCE).until(() -> shield.stats().inFlight() == 0);
    }
    assertReachable();
  }

  @Test
  void aServerThatIsStoppedLosesNoPlaceOfASharedShield() throws Exception {
    ask("/slow", 10);
    awaitInFlight(10);
    server.stop().run();
    await().atMost(AFTER_THE_PATIENCE).until(() -> shield.stats().inFlight() == 0);
  }

  /** Sends the given number of requests on one connection. */
  private Http2Connection ask(String path, int times) throws Exception {
    Http2Connection client = connect();
    for (int i = 0; i < times; i++) {
      client.get(path);
    }
    return client;
  }

  private Http2Connection connect() throws Exception {
    Http2Connection client = Http2Connection.to(server.port(), WINDOW);
    clients.add(client);
    return client;
  }

  private void closeAll() throws Exception {
    for (Http2Connection client : clients) {
      client.close();
    }
  }

  /** Waits until the server has closed its side of all connections. */
  private void awaitLeft() {
    await().until(() -> connections.stream().noneMatch(ServerConnection::isOpen));
  }

  private void assertReachable() throws Exception {
    try (Connection client = Connection.to(server.port())) {
      assertThat(client.get("/hello").status()).isEqualTo(200);
    }
  }

  private void awaitInFlight(int places) {
    await().atMost(SOON).until(() -> shield.stats().inFlight() == places);
  }
}
