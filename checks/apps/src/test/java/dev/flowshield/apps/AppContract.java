package dev.flowshield.apps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.contract.Connection;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.testkit.ManualTicker;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What must hold for each application. Below the limit nobody can tell whether it is protected;
 * above it, it has nothing to do; and no visitor, however rude, takes a place for good.
 */
@Timeout(60)
abstract class AppContract {

  private static final Logger LOG = Logger.getLogger(""); // held, else its level is forgotten

  private static final String POLICIES = """
      *    *.css     *  off
      GET  /items/*  *  2/min
      POST /login    *  2/min  on=status:401
      """;

  static {
    LOG.setLevel(Level.OFF); // servers report the failures that are part of the tests
  }

  @TempDir
  static Path files;

  private final ManualTicker ticker = ManualTicker.atZero();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** Starts the application, protected by this shield if there is one. */
  abstract ServerUnderTest start(Shop shop, Optional<HttpShield> shield) throws Exception;

  /** Whether it has a web socket at {@code /echo}, which says what it hears. */
  boolean hasWebSocket() {
    return true;
  }

  @BeforeAll
  static void writeFiles() throws IOException {
    Shop.write(files);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void nobodyCanTellBelowTheLimit(HttpClient.Version version) throws Exception {
    HttpShield shield = perClient("1000/s").build();
    List<Seen> without = browse(started(new Shop(files), Optional.empty()), version);
    List<Seen> with = browse(started(new Shop(files), Optional.of(shield)), version);
    assertThat(with).zipSatisfy(without, (one, other) -> assertThat(one).isEqualTo(other));
    assertThat(shield.stats().admitted()).isEqualTo(with.size());
    awaitNothingInFlight(shield);
  }

  @ParameterizedTest
  @EnumSource
  void hasNothingToDoAboveTheLimit(HttpClient.Version version) throws Exception {
    Shop shop = new Shop(files);
    HttpShield shield = perClient("1/4s").build();
    Visitor visitor = new Visitor(started(shop, Optional.of(shield)), version);
    visitor.get("/").is(200);
    for (Seen rejected : new Browsing(visitor).eachKindOfRequest()) {
      assertRejected(rejected);
    }
    if (hasWebSocket()) {
      assertRejected(visitor.talk("/echo", "hello"));
    }
    assertThat(shop.calls()).isEqualTo(1);
    ticker.advance(Duration.ofSeconds(4));
    visitor.get("/items/7").is(200);
    assertThat(shop.calls()).isEqualTo(2);
    awaitNothingInFlight(shield);
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsInFlightWhenVisitorsAreGone(HttpClient.Version version) throws Exception {
    HttpShield shield = perClient("1000/s").build();
    int port = started(new Shop(files), Optional.of(shield));
    Browsing.giveUpEverywhere(() -> new Visitor(port, version));
    Visitor visitor = new Visitor(port, version);
    if (hasWebSocket()) {
      visitor.openAndAbandon("/echo");
    }
    awaitNothingInFlight(shield);
    visitor.get("/items/7").is(200);
  }

  @Test
  void aWebSocketIsAStreamWhileItIsOpen() throws Exception {
    HttpShield shield =
        HttpShield.builder().inFlight(10).streams(s -> s.mostPerClient(1)).build();
    int port = started(new Shop(files), Optional.of(shield));
    if (hasWebSocket()) {
      try (Connection client = handshake(port)) {
        assertThat(client.read().status()).isEqualTo(101);
        await().until(() -> shield.streams().open() == 1 && shield.stats().inFlight() == 0);
        try (Connection another = handshake(port)) {
          assertThat(another.read().status()).isEqualTo(429);
        }
      }
      await().until(() -> shield.streams().open() == 0);
    }
  }

  private static Connection handshake(int port) throws IOException {
    Connection client = Connection.to(port);
    client.send(
        "GET",
        "/echo",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    return client;
  }

  @Test
  void eachRouteHasItsOwnLimit() throws Exception {
    Visitor visitor = behindPolicies();
    visitor.get("/items/1").is(200);
    visitor.get("/items/2?for=a").is(200);
    visitor.get("/items/3").is(429);
    visitor.send("HEAD", "/items/4").is(429);
    visitor.get("/").is(200);
    ticker.advance(Duration.ofSeconds(30));
    visitor.get("/items/3").is(200);
  }

  @Test
  void exemptFilesAreNotLimited() throws Exception {
    Visitor visitor = behindPolicies();
    for (int i = 0; i < 10; i++) {
      visitor.get("/static/site.css").is(200);
    }
    for (int i = 0; i < 4; i++) {
      visitor.get("/static/large.bin", "Range", "bytes=0-9").is(206);
    }
    visitor.get("/static/large.bin", "Range", "bytes=0-9").is(429);
    visitor.get("/static/site.css").is(200);
  }

  @Test
  void onlyFailedLoginsAreCharged() throws Exception {
    Visitor visitor = behindPolicies();
    for (int i = 0; i < 5; i++) {
      Browsing.logIn(visitor, "secret").is(303);
    }
    Browsing.logIn(visitor, "wrong").is(401);
    Browsing.logIn(visitor, "wrong").is(401);
    Browsing.logIn(visitor, "wrong").is(429);
    Browsing.logIn(visitor, "secret").is(429);
    ticker.advance(Duration.ofSeconds(30));
    Browsing.logIn(visitor, "secret").is(303);
  }

  private static void assertRejected(Seen seen) {
    seen.is(429);
    assertThat(seen.values("retry-after")).as(seen.toString()).containsExactly("4");
    assertThat(seen.values("ratelimit")).containsExactly("\"client\";r=0;t=4");
    assertThat(seen.values("ratelimit-policy")).containsExactly("\"client\";q=1;w=4");
    assertThat(seen.values("cache-control")).containsExactly("no-store");
    assertThat(seen.values("set-cookie")).isEmpty();
  }

  private HttpShieldBuilder perClient(String limit) {
    return HttpShield.builder().perClient(limit).operations(o -> o.ticker(ticker));
  }

  private Visitor behindPolicies() throws Exception {
    HttpShield shield = perClient("4/min").policies(POLICIES).build();
    return new Visitor(started(new Shop(files), Optional.of(shield)), HttpClient.Version.HTTP_1_1);
  }

  /** Where it listens; it is stopped when the test ends. */
  int started(Shop shop, Optional<HttpShield> shield) throws Exception {
    return stoppedAtTheEnd(shop, start(shop, shield));
  }

  /** Where it listens. */
  int stoppedAtTheEnd(Shop shop, ServerUnderTest server) {
    open.push(shop);
    open.push(() -> server.stop().run());
    return server.port();
  }

  /** All that a visitor sees who browses the whole application. */
  List<Seen> browse(int port, HttpClient.Version version) throws Exception {
    Visitor visitor = new Visitor(port, version);
    new Browsing(visitor).browse();
    if (hasWebSocket()) {
      visitor.talk("/echo", "hello", "Grüße", "x".repeat(20_000)).is(101);
    }
    return visitor.seen();
  }

  private static void awaitNothingInFlight(HttpShield shield) {
    await().until(() -> shield.stats().inFlight() == 0);
  }
}
