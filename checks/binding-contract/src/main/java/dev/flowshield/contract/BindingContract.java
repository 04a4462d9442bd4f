package dev.flowshield.contract;

import static dev.flowshield.contract.Application.HEALTHY;
import static dev.flowshield.contract.Application.HELLO;
import static dev.flowshield.contract.Difference.ASKS_FOR_BODIES_FIRST;
import static dev.flowshield.contract.Difference.CLOSES_AFTER_503;
import static dev.flowshield.contract.Difference.MAY_CLOSE_UNANNOUNCED;
import static dev.flowshield.contract.Difference.NO_TIMEOUT;
import static dev.flowshield.contract.Difference.READS_LONG_BODIES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every binding promises. Its test extends this, starts the server, and lists what this server
 * does its own way.
 *
 * <p>Time for the limits is turned by hand. Only a server's own doing is waited for: that it
 * notices an abort, or ends an exchange after the last byte has gone out.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class BindingContract {

  private static final Logger LOG =
      Logger.getLogger(""); // held, for what is set may not be collected

  /** With the ticker of this test. */
  protected final ManualTicker ticker = ManualTicker.atZero();

  /** What stands behind the shields. */
  protected final Application application = new Application();

  private final List<AutoCloseable> open = new ArrayList<>();
  private @Nullable ServerUnderTest server;

  /** For the tests of bindings. */
  protected BindingContract() {}

  /**
   * Starts a server on 127.0.0.1, port 0, with the application behind the shields.
   *
   * @param shields each in a handler of its own, the first outermost
   */
  protected abstract ServerUnderTest start(List<HttpShield> shields, Application behind)
      throws Exception;

  /** What this server does its own way. */
  protected abstract Set<Difference> differences();

  @BeforeAll
  static void keepServersQuiet() {
    // They report each failure with its trace, and here failures are part of the test.
    LOG.setLevel(Level.OFF);
  }

  @AfterEach
  final void stop() throws Exception {
    application.close();
    for (AutoCloseable each : open) {
      each.close();
    }
    if (server != null) {
      server.stop().run();
    }
  }

  @Test
  final void admitsUpToTheLimitAndRejectsTheNext() throws Exception {
    HttpShield shield = perClient("5/s");
    Connection client = connect(1);
    for (int i = 0; i < 5; i++) {
      Answer answer = client.get("/hello");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(HELLO);
    }
    assertThat(client.get("/hello").status()).isEqualTo(429);
    assertThat(shield.stats().admitted()).isEqualTo(5);
    assertThat(shield.stats().overLimit()).isEqualTo(1);
  }

  @Test
  final void rejectsInTheWordsOfTheShield() throws Exception {
    perClient("1/4s");
    Connection client = connect(1);
    client.get("/hello");
    Answer answer = client.get("/hello?q=script", "X-Echo: <script>");
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.values("Content-Type")).containsExactly("application/json");
    assertThat(answer.values("Content-Length")).containsExactly("91");
    assertThat(answer.values("Cache-Control")).containsExactly("no-store");
    assertThat(answer.values("Retry-After")).containsExactly("4");
    assertThat(answer.values("Transfer-Encoding")).isEmpty();
    assertThat(answer.values("Connection")).doesNotContain("close");
    assertThat(answer.body())
        .isEqualTo("{\"status\":\"busy\",\"message\":\"Rate limit exceeded\",\"retry_after\":4,"
            + "\"limit\":1,\"mode\":\"per-ip\"}");
    assertThat(String.join("\n", answer.fields()).toLowerCase(Locale.ROOT))
        .doesNotContain("flowshield", "script");
  }

  @Test
  final void rejectsHeadWithTheSameFieldsAndNoBody() throws Exception {
    perClient("1/4s");
    Connection client = connect(1);
    Answer admitted = client.head("/hello");
    assertThat(admitted.status()).isEqualTo(200);
    Answer answer = client.head("/hello");
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.values("Content-Type")).containsExactly("application/json");
    assertThat(answer.values("Cache-Control")).containsExactly("no-store");
    assertThat(answer.values("Retry-After")).containsExactly("4");
    assertThat(answer.values("Content-Length")).containsExactly("91");
    // Were there a body, the next answer would not begin where it should.
    assertThat(client.get("/hello").status()).isEqualTo(429);
  }

  @Test
  final void admitsAgainAfterThePromisedWaitAndNotANanosecondSooner() throws Exception {
    perClient("1/4s");
    Connection client = connect(1);
    client.get("/hello");
    long promised = Long.parseLong(client.get("/hello").values("Retry-After").get(0));
    ticker.advance(Duration.ofSeconds(promised).minusNanos(1));
    assertThat(client.get("/hello").status()).isEqualTo(429);
    ticker.advance(Duration.ofNanos(1));
    assertThat(client.get("/hello").status()).isEqualTo(200);
  }

  @Test
  final void keepsClientsApart() throws Exception {
    perClient("2/s");
    for (int host = 1; host <= 2; host++) {
      Connection client = connect(host);
      assertThat(client.get("/hello").status()).isEqualTo(200);
      assertThat(client.get("/hello").status()).isEqualTo(200);
      assertThat(client.get("/hello").status()).isEqualTo(429);
      assertThat(connect(host).get("/hello").status()).isEqualTo(429);
    }
  }

  @Test
  final void believesNoFieldOfTheRequestAboutTheClient() throws Exception {
    perClient("1/s");
    Connection client = connect(1);
    client.get("/hello", "X-Forwarded-For: 203.0.113.1", "Forwarded: for=203.0.113.1");
    assertThat(client
            .get("/hello", "X-Forwarded-For: 203.0.113.2", "Forwarded: for=203.0.113.2")
            .status())
        .isEqualTo(429);
  }

  @Test
  final void everyonesLimitIsEveryones() throws Exception {
    shields(HttpShield.builder().limit("1/s").ticker(ticker).build());
    assertThat(connect(1).get("/hello").status()).isEqualTo(200);
    assertThat(connect(2).get("/hello").body()).contains("\"mode\":\"global\"");
  }

  @Test
  final void leavesHealthChecksAlone() throws Exception {
    HttpShield shield = perClient("1/s");
    Connection client = connect(1);
    client.get("/hello");
    for (int i = 0; i < 3; i++) {
      assertThat(client.get("/health?verbose").body()).isEqualTo(HEALTHY);
    }
    assertThat(client.get("/hello").status()).isEqualTo(429);
    assertThat(shield.stats().admitted()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/health/../hello", "//health", "/health/", "/health;x", "/health%2f..%2fhello"})
  final void noOtherPathPassesForAHealthCheck(String path) throws Exception {
    HttpShield shield = perClient("1/h");
    Connection client = connect(1);
    client.get("/hello");
    Answer answer = client.get(path);
    // If neither the shield rejected it nor the server, as no proper path, then it is a health
    // check: this server does not tell these two apart.
    if (answer.status() != 429 && answer.status() != 400) {
      assertThat(answer.body()).isEqualTo(HEALTHY);
    }
    assertThat(shield.stats().admitted()).isEqualTo(1);
  }

  @Test
  final void anOddRequestThatIsAdmittedIsAnsweredAsWithoutAShield() throws Exception {
    ServerUnderTest unprotected = start(List.of(), application);
    open.add(() -> unprotected.stop().run());
    perClient("100/s");
    for (String line : List.of(
        "GET /% HTTP/1.1",
        "GET /hello%4 HTTP/1.1",
        "GET /%zz/hello HTTP/1.1",
        "GET /%c3%28 HTTP/1.1",
        "GET /%00 HTTP/1.1",
        "GET /../hello HTTP/1.1",
        "GET hello HTTP/1.1",
        "GET ? HTTP/1.1",
        "GET http://127.0.0.1/hello HTTP/1.1",
        "GET http://127.0.0.1 HTTP/1.1",
        "GET http:///% HTTP/1.1",
        "GET /hello HTTP/1.0",
        "GET /hello HTTP/1.2",
        "OPTIONS * HTTP/1.1",
        "CONNECT 127.0.0.1:80 HTTP/1.1",
        "CONNECT /hello HTTP/1.1",
        "OTHER /hello HTTP/1.1")) {
      String request = line + "\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
      try (Connection without = Connection.to(unprotected.port())) {
        Connection with = connect(1);
        without.write(request);
        with.write(request);
        assertThat(with.readUnlessEnded())
            .as(line)
            .usingRecursiveComparison()
            .ignoringFields("fields") // they tell the time
            .isEqualTo(without.readUnlessEnded());
      }
    }
  }

  @Test
  final void twoHandlersWithOneShieldChargeOnce() throws Exception {
    HttpShield shield = HttpShield.builder().perClient("2/s").ticker(ticker).build();
    shields(shield, shield);
    Connection client = connect(1);
    assertThat(client.get("/hello").status()).isEqualTo(200);
    assertThat(client.get("/hello").status()).isEqualTo(200);
    assertThat(client.get("/hello").status()).isEqualTo(429);
    assertThat(shield.stats().admitted()).isEqualTo(2);
    awaitNothingInFlight(shield);
  }

  @Test
  final void twoShieldsEachCharge() throws Exception {
    HttpShield outer = HttpShield.builder().perClient("10/s").ticker(ticker).build();
    HttpShield inner = HttpShield.builder().perClient("2/s").ticker(ticker).build();
    shields(outer, inner);
    Connection client = connect(1);
    assertThat(client.get("/hello").status()).isEqualTo(200);
    assertThat(client.get("/hello").status()).isEqualTo(200);
    assertThat(client.get("/hello").body()).contains("\"limit\":2,");
    assertThat(outer.stats().admitted()).isEqualTo(3);
    assertThat(inner.stats().admitted()).isEqualTo(2);
    awaitNothingInFlight(outer);
    awaitNothingInFlight(inner);
  }

  @Test
  final void aRequestIsInFlightUntilItIsAnswered() throws Exception {
    HttpShield shield = perClient("100/s");
    application.closeGate();
    Connection client = connect(1);
    client.send("GET", "/slow");
    application.awaitArrival();
    assertThat(shield.stats().inFlight()).isEqualTo(1);
    application.openGate();
    assertThat(client.read().body()).isEqualTo(HELLO);
    awaitNothingInFlight(shield);
    assertThat(shield.stats().failed()).isZero();
    assertThat(shield.stats().ignored()).isZero();
  }

  @Test
  final void aRequestThatFailsIsClosedAsFailed() throws Exception {
    HttpShield shield = perClient("100/s");
    assertThat(connect(1).get("/fail").status()).isGreaterThanOrEqualTo(500);
    awaitNothingInFlight(shield);
    assertThat(shield.stats().failed()).isEqualTo(1);
  }

  @Test
  final void anAsynchronousRequestIsInFlightUntilAnotherThreadAnswersIt() throws Exception {
    HttpShield shield = perClient("100/s");
    application.closeGate();
    Connection client = connect(1);
    client.send("GET", "/async");
    application.awaitArrival();
    // Others come and go meanwhile, so the thread that took the request in has long left it.
    assertThat(connect(1).get("/hello").status()).isEqualTo(200);
    await().until(() -> shield.stats().inFlight() == 1);
    application.openGate();
    assertThat(client.read().body()).isEqualTo(HELLO);
    awaitNothingInFlight(shield);
    assertThat(shield.stats().failed()).isZero();
  }

  @Test
  final void aRequestThatTimesOutIsClosedAsFailed() throws Exception {
    HttpShield shield = perClient("100/s");
    Answer answer = connect(1).get("/timeout");
    if (differs(NO_TIMEOUT)) {
      assertThat(answer.status()).isEqualTo(404);
    } else {
      assertThat(answer.status()).isGreaterThanOrEqualTo(500);
      awaitNothingInFlight(shield);
      assertThat(shield.stats().failed()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/slow", "/async"})
  final void aRequestWhoseClientGoesAwayIsClosed(String path) throws Exception {
    HttpShield shield = perClient("100/s");
    application.closeGate();
    Connection client = connect(1);
    client.send("GET", path);
    application.awaitArrival();
    client.abort();
    application.openGate();
    awaitNothingInFlight(shield);
    assertThat(connect(1).get("/hello").status()).isEqualTo(200);
  }

  @Test
  final void shedsWhenTheServerIsFullAndAdmitsWhenThereIsRoom() throws Exception {
    HttpShield shield = shields(HttpShield.builder().inFlight(1).build());
    application.closeGate();
    Connection running = connect(1);
    running.send("GET", "/async");
    application.awaitArrival();
    Connection client = connect(2);
    Answer answer = client.get("/hello");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.values("Retry-After")).containsExactly("1");
    assertThat(answer.values("Cache-Control")).containsExactly("no-store");
    assertThat(answer.body())
        .isEqualTo("{\"status\":\"busy\",\"message\":\"Server is busy\",\"retry_after\":1,"
            + "\"mode\":\"overload\"}");
    if (differs(CLOSES_AFTER_503)) {
      assertThat(client.isEnded()).isTrue();
    } else {
      assertThat(client.get("/health").status()).isEqualTo(200);
    }
    application.openGate();
    assertThat(running.read().body()).isEqualTo(HELLO);
    awaitNothingInFlight(shield);
    assertThat(connect(2).get("/hello").status()).isEqualTo(200);
  }

  @Test
  final void aConnectionStaysUsableAfterARejection() throws Exception {
    perClient("1/s");
    Connection client = connect(1);
    for (int i = 0; i < 20; i++) {
      assertThat(client.get("/hello").status()).isEqualTo(200);
      assertThat(client.get("/hello").status()).isEqualTo(429);
      ticker.advance(Duration.ofSeconds(1));
    }
  }

  @Test
  final void rejectsRequestsThatComeInOneGo() throws Exception {
    perClient("1/h");
    Connection client = connect(1);
    client.write("GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(5));
    assertThat(client.read().status()).isEqualTo(200);
    for (int i = 0; i < 4; i++) {
      assertThat(client.read().status()).isEqualTo(429);
    }
  }

  @Test
  final void anAdmittedBodyArrivesWhole() throws Exception {
    perClient("100/s");
    Connection client = connect(1);
    String body = "0123456789".repeat(10_000);
    client.send("POST", "/echo", "Content-Length: " + body.length());
    client.write(body);
    assertThat(client.read().body()).isEqualTo(body);
  }

  @Test
  final void theShortBodyOfARejectedRequestIsNoRequest() throws Exception {
    perClient("1/s");
    Connection client = connect(1);
    client.get("/hello");
    String body = "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(20);
    // in one go: to a body that comes after the answer, a server may end the connection
    client.write("POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + body.length()
        + "\r\n\r\n" + body);
    assertThat(client.read().status()).isEqualTo(429);
    ticker.advance(Duration.ofSeconds(1));
    assertThat(client.get("/hello").body()).isEqualTo(HELLO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 300000", "Transfer-Encoding: chunked"})
  final void theLongBodyOfARejectedRequestIsNotWaitedFor(String length) throws Exception {
    perClient("1/s");
    Connection client = connect(1);
    client.get("/hello");
    client.send("POST", "/echo", length);
    client.tryWrite("186a0\r\n" + "0".repeat(1000));
    Answer answer = client.read();
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.body()).endsWith("}");
    if (differs(READS_LONG_BODIES)) {
      assertThat(answer.values("Connection")).doesNotContain("close");
      client.write(rest(length));
      assertThat(client.get("/hello").status()).isEqualTo(429);
    } else if (differs(MAY_CLOSE_UNANNOUNCED)) {
      assertThat(answer.values("Connection")).doesNotContain("close");
      client.tryWrite(rest(length));
      client.tryWrite("GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      assertThat(client.readUnlessEnded()).allMatch(next -> next.status() == 429);
    } else {
      assertThat(answer.values("Connection")).containsExactly("close");
      client.tryWrite(rest(length));
      assertThat(client.isEnded()).isTrue();
      Connection stalled = connect(1);
      stalled.send("POST", "/echo", length);
      assertThat(stalled.read().status()).isEqualTo(429);
      assertThat(stalled.isEnded()).isTrue();
    }
  }

  private static String rest(String length) {
    return length.endsWith("chunked") ? "0".repeat(99_000) + "\r\n0\r\n\r\n" : "0".repeat(298_993);
  }

  @Test
  final void aRejectedKeyIsNotAskedForItsBody() throws Exception {
    perClient("1/s");
    Connection client = connect(1);
    client.get("/hello");
    client.send("POST", "/echo", "Content-Length: 300000", "Expect: 100-continue");
    if (differs(ASKS_FOR_BODIES_FIRST)) {
      assertThat(client.read().status()).isEqualTo(100);
    }
    assertThat(client.read().status()).isEqualTo(429);
    assertThat(client.isEnded()).isTrue();
  }

  @Test
  final void tenThousandMixedRequestsLoseNoPlace() throws Exception {
    int clients = 5;
    int each = 2_000;
    HttpShield shield = shields(HttpShield.builder()
        .limit("7000/h")
        .perClient("1500/h")
        .inFlight(1000)
        .ticker(ticker)
        .build());
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    open.add(() -> {
      threads.shutdownNow();
      assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    });
    List<Future<?>> all = new ArrayList<>();
    for (int host = 1; host <= clients; host++) {
      int from = host;
      all.add(threads.submit(() -> mixed(from, each)));
    }
    for (Future<?> one : all) {
      one.get();
    }
    await().until(() -> answered(shield) == (long) clients * each);
    awaitNothingInFlight(shield);
    assertThat(shield.stats().admitted()).isEqualTo(7_000);
    assertThat(shield.stats().shed()).isZero();
  }

  private @Nullable Void mixed(int host, int requests) throws Exception {
    List<String> paths = List.of("/hello", "/async", "/fail", "/slow", "/hello");
    Connection client = connectUntracked(host);
    for (int i = 0; i < requests; i++) {
      client.send("GET", paths.get(i % paths.size()));
      if (i % 17 == 16) {
        client.close(); // gone without having read its answer
        client = connectUntracked(host);
      } else if (client.read().values("Connection").contains("close")) {
        client.close();
        client = connectUntracked(host);
      }
    }
    client.close();
    return null;
  }

  private static long answered(HttpShield shield) {
    return shield.stats().admitted()
        + shield.stats().overLimit()
        + shield.stats().shed();
  }

  /** Starts the server behind one shield that limits clients. */
  protected final HttpShield perClient(String limit) throws Exception {
    return shields(HttpShield.builder().perClient(limit).ticker(ticker).build());
  }

  /** Starts the server behind these shields, and gives back the first. */
  protected final HttpShield shields(HttpShield... shields) throws Exception {
    server = start(Arrays.asList(shields), application);
    return shields[0];
  }

  /** Connects from 127.0.0.{@code host}; closed when the test ends. */
  protected final Connection connect(int host) throws Exception {
    Connection connection = connectUntracked(host);
    open.add(connection);
    return connection;
  }

  /** Waits until every admission is closed. */
  protected final void awaitNothingInFlight(HttpShield shield) {
    await().until(() -> shield.stats().inFlight() == 0);
  }

  private Connection connectUntracked(int host) throws Exception {
    return Connection.from(host, Objects.requireNonNull(server).port());
  }

  private boolean differs(Difference difference) {
    return differences().contains(difference);
  }
}
