package dev.flowshield.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.contract.Connection;
import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.HttpShield;
import io.vertx.core.Vertx;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.StaticHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that the slot is released, whatever the client does and whatever handlers the application
 * sets.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("thorough")
class ResponseCompletionTest {

  private static final Logger LOG =
      Logger.getLogger("io.vertx"); // a strong reference keeps its level
  private static final int LONG = 8 << 20; // more than fits between server and client
  private static final Duration PATIENCE_AND_SOME_MORE = Duration.ofSeconds(12);

  @TempDir
  private Path files;

  private final Vertx vertx = Vertx.vertx();
  private final Router router = Router.router(vertx);
  private final Map<String, HttpShield> shields = new LinkedHashMap<>();
  private int port;

  @BeforeAll
  static void keepTheServerQuiet() {
    // It reports each broken connection, and these tests break connections.
    LOG.setLevel(Level.OFF);
  }

  @BeforeEach
  void start() throws Exception {
    Files.write(files.resolve("long.bin"), new byte[LONG]);
    Files.writeString(files.resolve("short.txt"), "short");
    protect("/hello");
    protect("/silent");
    protect("/events");
    protect("/stream");
    protect("/push");
    protect("/file");
    protect("/files/long.bin");
    protect("/files/short.txt");
    router.route("/hello").handler(context -> context.end("hello"));
    router.route("/silent").handler(context -> {});
    router.route("/events").handler(ResponseCompletionTest::events);
    router.route("/stream").handler(this::stream);
    router.route("/push").handler(ResponseCompletionTest::push);
    router
        .route("/file")
        .handler(
            context -> context.response().sendFile(files.resolve("long.bin").toString()));
    router.route("/files/*").handler(StaticHandler.create(FileSystemAccess.ROOT, files.toString()));
    port = Servers.start(vertx, router).port();
  }

  @AfterEach
  void stop() throws Exception {
    Servers.await(vertx.close());
  }

  private void protect(String path) {
    HttpShield shield = HttpShield.builder().inFlight(1000).build();
    shields.put(path, shield);
    router
        .route(path)
        .handler(FlowShieldHandler.create(shield))
        .handler(ResponseCompletionTest::watch);
  }

  private ShieldStats stats(String path) {
    return Objects.requireNonNull(shields.get(path)).stats();
  }

  /** Sets the handlers of an application, which replace the handlers set before. */
  private static void watch(RoutingContext context) {
    if (context.request().getParam("own") != null) {
      context
          .response()
          .bodyEndHandler(ended -> {})
          .endHandler(ended -> {})
          .closeHandler(closed -> {})
          .exceptionHandler(lost -> {});
    }
    context.next();
  }

  private static void events(RoutingContext context) {
    context.response().putHeader("Content-Type", "text/event-stream").setChunked(true);
    context.response().write("data: hello\n\n");
  }

  private void stream(RoutingContext context) {
    context
        .vertx()
        .fileSystem()
        .open(files.resolve("long.bin").toString(), new OpenOptions().setRead(true))
        .onSuccess(file -> file.pipeTo(context.response().setChunked(true)));
  }

  private static void push(RoutingContext context) {
    context
        .response()
        .push(HttpMethod.GET, "/pushed")
        .onSuccess(pushed -> pushed.setChunked(true).write("pushed"));
  }

  @Test
  void aConnectionThatBreaksOffTakesNoPlaceWithIt() throws Exception {
    List<Connection> patient = new ArrayList<>();
    for (String path : shields.keySet()) {
      for (String own : List.of("", "?own")) {
        for (int i = 0; i < 10; i++) {
          Connection client = Connection.to(port);
          client.send("GET", path + own, "Range: bytes=" + i % 3 + "-");
          if (i % 2 == 0) {
            patient.add(client);
          } else {
            client.abort();
          }
        }
      }
    }
    awaitAdmitted(patient.size() / shields.size());
    for (Connection client : patient) {
      client.abort();
    }
    awaitNothingInFlight();
  }

  // GoneClientContract covers this for Vert.x 4.5, whose client has other signatures.
  @Tag("vertx-5")
  @Test
  void aStreamThatIsResetTakesNoPlaceWithIt() throws Exception {
    HttpClientOptions priorKnowledge = new HttpClientOptions()
        .setProtocolVersion(HttpVersion.HTTP_2)
        .setHttp2ClearTextUpgrade(false);
    HttpClient client =
        vertx.createHttpClient(priorKnowledge, new PoolOptions().setHttp2MaxSize(1));
    List<HttpClientRequest> requests = new ArrayList<>();
    for (String path : shields.keySet()) {
      for (String target : List.of(path, path, path + "?own", path + "?own")) {
        HttpClientRequest request =
            Servers.await(client.request(HttpMethod.GET, port, "127.0.0.1", target));
        request.pushHandler(pushed -> {});
        request.response().onSuccess(response -> response.pause());
        request.send();
        requests.add(request);
      }
    }
    awaitAdmitted(requests.size() / shields.size());
    for (int i = 0; i < requests.size(); i += 2) {
      requests.get(i).reset();
    }
    Servers.await(client.close()); // the other streams end with their connection
    awaitNothingInFlight();
  }

  @Test
  void requestsThatWaitBehindOneWhoseConnectionBreaksOffTakeNoPlaceWithThem() throws Exception {
    Semaphore arrived = new Semaphore(0);
    protect("/first");
    router.route("/first").handler(context -> {
      context.addEndHandler(lost -> context.end()); // and so Vert.x starts the next request
      arrived.release();
    });
    for (String behind : List.of("/silent", "/events", "/stream", "/file", "/files/short.txt")) {
      Connection client = Connection.to(port);
      client.write("GET /first HTTP/1.1\r\nHost: a\r\n\r\n"
          + ("GET " + behind + " HTTP/1.1\r\nHost: a\r\n\r\n"));
      arrived.acquire();
      client.abort();
    }
    await().until(() -> stats("/silent").admitted() == 1 && stats("/events").admitted() == 1);
    awaitNothingInFlight();
  }

  // Vert.x 4.5 stops reading here, so it does not notice that the client has gone.
  @Tag("vertx-5")
  @Test
  void aRequestThatWasHeldBackWhileItsConnectionBrokeOffIsForgottenWithItsResponse()
      throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    BlockingQueue<HttpServerRequest> paused = new LinkedBlockingQueue<>();
    router.route("/first").handler(context -> {
      context.request().connection().closeHandler(closed -> gone.countDown());
      paused.add(context.request().pause());
      context.end();
    });
    Connection client = Connection.to(port);
    client.send("POST", "/first", "Transfer-Encoding: chunked");
    assertThat(client.read().status()).isEqualTo(200);
    // enough chunks to make Vert.x hold the next request back, and few enough that it continues to
    // read
    client.write("1\r\nx\r\n".repeat(18) + "0\r\n\r\nGET /silent HTTP/1.1\r\nHost: a\r\n\r\n");
    client.close();
    gone.await();
    paused.take().resume();
    await().until(() -> stats("/silent").admitted() == 1);
    await().atMost(PATIENCE_AND_SOME_MORE).until(() -> {
      System.gc(); // shows that the response is unreachable
      return inFlight().isEmpty();
    });
  }

  @Test
  void aFileIsInFlightUntilItHasBeenSent() throws Exception {
    try (Connection client = Connection.to(port)) {
      client.send("GET", "/file", "Upgrade: websocket", "Connection: Upgrade");
      await().until(() -> stats("/file").admitted() == 1);
      await().during(Duration.ofMillis(300)).until(() -> stats("/file").inFlight() == 1);
      assertThat(client.read().body()).hasSize(LONG);
      await().atMost(Duration.ofSeconds(2)).until(() -> inFlight().isEmpty());
      assertThat(stats("/file").ignored()).isZero();
    }
  }

  // Vert.x 4.5 reports this itself, like a file that has been sent.
  @Tag("vertx-5")
  @Test
  void aFileGivesItsPlaceBackAsItsConnectionIsLost() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    protect("/own");
    router.route("/own").handler(context -> {
      context.request().connection().closeHandler(closed -> lost.countDown());
      context.response().sendFile(files.resolve("long.bin").toString());
    });
    try (Connection client = Connection.narrow(port)) {
      client.send("GET", "/own");
      client.readHead();
      assertThat(stats("/own").inFlight()).isEqualTo(1);
      client.abort();
      lost.await();
      assertThat(stats("/own").inFlight()).isZero();
      assertThat(stats("/own").ignored()).isEqualTo(1);
    }
  }

  @Test
  void aTunnelIsInFlightUntilItIsOpen() throws Exception {
    protect("/tunnel");
    router.route("/tunnel").handler(context -> context.request().toNetSocket());
    try (Connection client = Connection.to(port)) {
      client.send("GET", "/tunnel", "Upgrade: other", "Connection: Upgrade");
      assertThat(client.read().status()).isEqualTo(101);
      await().atMost(Duration.ofSeconds(2)).until(() -> inFlight().isEmpty());
    }
  }

  private void awaitAdmitted(int each) {
    await().until(() -> shields.keySet().stream().allMatch(path -> stats(path).admitted() >= each));
  }

  private void awaitNothingInFlight() {
    await()
        .atMost(PATIENCE_AND_SOME_MORE)
        .untilAsserted(() -> assertThat(inFlight()).isEmpty());
  }

  private Map<String, Long> inFlight() {
    Map<String, Long> held = new TreeMap<>();
    shields.forEach((path, shield) -> {
      long places = shield.stats().inFlight();
      if (places > 0) {
        held.put(path, places);
      }
    });
    return held;
  }
}
