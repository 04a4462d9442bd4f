package dev.flowshield.vertx;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flowshield.contract.Connection;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.UsernamePasswordCredentials;
import io.vertx.ext.web.AllowForwardHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BasicAuthHandler;
import io.vertx.ext.web.handler.BodyHandler;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowShieldHandlerTest {

  private final Vertx vertx = Vertx.vertx();
  private final Router router = Router.router(vertx);
  private final HttpShield shield =
      HttpShield.builder().perClient("1000/h").inFlight(100).build();

  @AfterEach
  void stop() throws Exception {
    Servers.await(vertx.close());
  }

  @Test
  @Tag("vertx-5") // whose providers are asked in another way
  void standsBehindTheAuthenticationWhereUsersAreKnown() throws Exception {
    HttpShield users = HttpShield.builder()
        .perClient("1000/h")
        .policies("* /** * 1/h key=principal")
        .build();
    router
        .route()
        .handler(FlowShieldHandler.create(shield))
        .handler(BasicAuthHandler.create(credentials -> Future.succeededFuture(
            User.fromName(((UsernamePasswordCredentials) credentials).getUsername()))))
        .handler(FlowShieldHandler.afterAuthentication(users))
        .handler(context -> context.end(Objects.requireNonNull(context.user()).subject()));
    int port = start().port();
    for (String user : List.of("alice", "bob")) {
      String basic = "Authorization: Basic "
          + Base64.getEncoder().encodeToString((user + ":secret").getBytes(US_ASCII));
      try (Connection client = Connection.to(port)) {
        assertThat(client.get("/", basic).body()).isEqualTo(user);
        assertThat(client.get("/", basic).status()).isEqualTo(429);
        assertThat(client.get("/").status()).isEqualTo(401);
      }
    }
  }

  @Test
  void workThatWaitsForAWorkerIsInFlight() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    WorkerExecutor worker = vertx.createSharedWorkerExecutor("one", 1);
    router
        .route()
        .handler(FlowShieldHandler.create(shield))
        .handler(context -> worker
            .executeBlocking(
                () -> {
                  end.await();
                  return "fine";
                },
                false)
            .onSuccess(context::end));
    int port = start().port();
    try (Connection first = Connection.to(port);
        Connection second = Connection.to(port)) {
      first.send("GET", "/");
      second.send("GET", "/");
      await().until(() -> shield.stats().inFlight() == 2);
      end.countDown();
      assertThat(first.read().body()).isEqualTo("fine");
      assertThat(second.read().body()).isEqualTo("fine");
    } finally {
      end.countDown();
    }
  }

  @Test
  void aPathThatCannotBeReadIsNotTheRoot() throws Exception {
    HttpShield open =
        HttpShield.builder().perClient("1/h").policies("* / * off").build();
    router.route().handler(FlowShieldHandler.create(open)).handler(context -> context.end("fine"));
    int port = start().port();
    try (Connection client = Connection.to(port)) {
      assertThat(client.get("/%zz").body()).isEqualTo("fine");
      assertThat(client.get("/%zz").status()).isEqualTo(429);
      assertThat(client.get("/").body()).isEqualTo("fine");
    }
  }

  @Test
  void aRequestThatIsReroutedIsChargedAsItArrived() throws Exception {
    HttpShield rows = HttpShield.builder()
        .perClient("100/h")
        .policies("* /a * 2/h\n* /b * 1/h")
        .build();
    router.route().handler(FlowShieldHandler.create(rows));
    router.route("/a").handler(context -> context.reroute("/b"));
    router.route("/b").handler(context -> context.end("fine"));
    int port = start().port();
    try (Connection client = Connection.to(port)) {
      assertThat(client.get("/a").body()).isEqualTo("fine");
      assertThat(client.get("/a").body()).isEqualTo("fine");
      assertThat(client.get("/a").status()).isEqualTo(429);
      assertThat(client.get("/b").body()).isEqualTo("fine");
    }
  }

  @Test
  void policiesSeeTheWholePathInARouterBelowAnother() throws Exception {
    HttpShield api =
        HttpShield.builder().perClient("100/h").policies("* /api/login * 1/h").build();
    Router below = Router.router(vertx);
    below.route().handler(FlowShieldHandler.create(api)).handler(context -> context.end("fine"));
    router.route("/api/*").subRouter(below);
    int port = start().port();
    try (Connection client = Connection.to(port)) {
      assertThat(client.get("/api/login").status()).isEqualTo(200);
      assertThat(client.get("/api/login").status()).isEqualTo(429);
    }
  }

  @Test
  void aRouterBelowAnotherMayLeaveOutAsMuchAsItsPrefixHas() throws Exception {
    HttpShield api = HttpShield.builder()
        .perClient("100/h")
        .policies("* /in/secret/** * deny")
        .build();
    Router below = Router.router(vertx);
    below
        .routeWithRegex("/secret/.*")
        .useNormalizedPath(false)
        .handler(context -> context.end("secret"));
    router.route().handler(FlowShieldHandler.create(api));
    router.route("/in/*").subRouter(below);
    int port = start().port();
    try (Connection client = Connection.to(port)) {
      assertThat(client.get("/in/secret/x").status()).isEqualTo(403);
      assertThat(client.get("/ab/secret/../../in").status()).isEqualTo(403);
      assertThat(client.get("/ab/secret/x/../../../in/y").status()).isEqualTo(403);
      assertThat(client.get("/in/other%41").status()).isEqualTo(404);
    }
  }

  @Nested
  class WhenTheClientGoesAway {

    private final AtomicReference<HttpServerResponse> response = new AtomicReference<>();
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch told = new CountDownLatch(1);

    private void work() {
      router.route().handler(context -> {
        context.addEndHandler(ended -> told.countDown()); // the first to be added is told last
        context.next();
      });
      router.route().handler(FlowShieldHandler.create(shield)).handler(context -> {
        response.set(context.response());
        arrived.countDown();
      });
    }

    private void abort(ServerUnderTest server) throws Exception {
      try (Connection client = Connection.to(server.port())) {
        client.send("GET", "/");
        arrived.await();
        client.abort();
      }
      told.await();
    }

    @Test
    void itsRequestStaysInFlightUntilTheWorkHasEnded() throws Exception {
      work();
      abort(start());
      assertThat(shield.stats().inFlight()).isEqualTo(1);
      response.get().end("in vain");
      assertThat(shield.stats().inFlight()).isZero();
      assertThat(shield.stats().ignored()).isEqualTo(1);
    }

    @Test
    void aStreamThatIsResetIsInFlightUntilTheWorkHasEnded() throws Exception {
      work();
      int port = start().port();
      HttpClient client =
          HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
      var running = client.sendAsync(request(port, "/").build(), BodyHandlers.ofString());
      arrived.await();
      running.cancel(true);
      told.await();
      assertThat(shield.stats().inFlight()).isEqualTo(1);
      response.get().end("in vain");
      assertThat(shield.stats().inFlight()).isZero();
    }

    @Test
    void workThatNeverEndsIsNotWaitedForForever() throws Exception {
      work();
      abort(start());
      assertThat(shield.stats().inFlight()).isEqualTo(1);
      awaitNothingInFlight();
      assertThat(shield.stats().ignored()).isEqualTo(1);
    }

    @Test
    void aRequestThatComesHereAfterItsClientHasGoneIsNotInFlightForever() throws Exception {
      CountDownLatch passed = new CountDownLatch(1);
      router.route().order(1).handler(context -> {
        context.response().closeHandler(closed -> {
          context.next();
          passed.countDown();
        });
        arrived.countDown();
      });
      router.route().order(2).handler(FlowShieldHandler.create(shield)).handler(context -> {
        told.countDown();
        response.set(context.response());
      });
      abort(start());
      passed.await();
      assertThat(shield.stats().admitted()).isEqualTo(1);
      awaitNothingInFlight();
    }

    @Test
    void anApplicationThatWatchesTheResponseItselfLosesNoPlace() throws Exception {
      router.route().handler(FlowShieldHandler.create(shield)).handler(context -> {
        context
            .response()
            .exceptionHandler(lost -> {})
            .closeHandler(closed -> told.countDown())
            .endHandler(ended -> {});
        response.set(context.response());
        arrived.countDown();
      });
      abort(start());
      response.get().end("in vain");
      awaitNothingInFlight();
    }
  }

  @Test
  void anApplicationThatIsToldTheEndItselfLosesNoPlace() throws Exception {
    router.route().handler(FlowShieldHandler.create(shield)).handler(context -> {
      context.response().endHandler(ended -> {});
      context.end("done");
    });
    assertThat(get(start())).isEqualTo(200);
    awaitNothingInFlight();
    assertThat(shield.stats().ignored()).isZero();
  }

  @Test
  void aRequestThatWasAnsweredBeforeItCameHereIsNotInFlight() throws Exception {
    CountDownLatch passed = new CountDownLatch(1);
    router.route().order(1).handler(context -> {
      context.response().end("early");
      try {
        context.next();
      } finally {
        passed.countDown();
      }
    });
    router.route().order(2).handler(FlowShieldHandler.create(shield));
    assertThat(get(start())).isEqualTo(200);
    passed.await();
    awaitNothingInFlight();
    assertThat(shield.stats().admitted()).isEqualTo(1);
  }

  @Test
  void aWebSocketIsInFlightUntilItIsOpen() throws Exception {
    router
        .route()
        .handler(FlowShieldHandler.create(shield))
        .handler(context -> context.request().toWebSocket());
    WebSocketClient client = vertx.createWebSocketClient();
    WebSocket open = Servers.await(client.connect(start().port(), "127.0.0.1", "/"));
    awaitNothingInFlight();
    assertThat(open.isClosed()).isFalse();
    assertThat(shield.stats().failed()).isZero();
  }

  @Test
  void whoeverOnlySpeaksOfAWebSocketIsInFlightUntilTheAnswer() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    AtomicReference<HttpServerResponse> response = new AtomicReference<>();
    router.route().handler(FlowShieldHandler.create(shield)).handler(context -> {
      response.set(context.response());
      arrived.countDown();
    });
    try (Connection client = Connection.to(start().port())) {
      client.send("GET", "/", "Upgrade: websocket", "Connection: Upgrade");
      arrived.await();
      assertThat(shield.stats().inFlight()).isEqualTo(1);
      response.get().end("no web socket here");
      assertThat(client.read().status()).isEqualTo(200);
      awaitNothingInFlight();
    }
  }

  @Test
  void aReroutedRequestIsChargedOnce() throws Exception {
    router.route().handler(FlowShieldHandler.create(shield));
    router.route("/").handler(context -> context.reroute("/there"));
    router.route("/there").handler(context -> context.end("here"));
    assertThat(get(start())).isEqualTo(200);
    assertThat(shield.stats().admitted()).isEqualTo(1);
    awaitNothingInFlight();
  }

  @Test
  void aRouterThatBelievesProxiesDoesNotChangeWhoTheClientIs() throws Exception {
    HttpShield one = HttpShield.builder().perClient("1/h").build();
    router.allowForward(AllowForwardHeaders.ALL);
    router
        .route()
        .handler(FlowShieldHandler.create(one))
        .handler(context -> context.end(context.request().remoteAddress().hostAddress()));
    try (Connection client = Connection.to(start().port())) {
      assertThat(client.get("/", "X-Forwarded-For: 203.0.113.1").body()).isEqualTo("203.0.113.1");
      assertThat(client.get("/", "X-Forwarded-For: 203.0.113.2").status()).isEqualTo(429);
    }
  }

  @Test
  void theRouterSaysTheClientIfTheShieldIsTold() throws Exception {
    HttpShield one =
        HttpShield.builder().perClient("1/h").clientAddress("container").build();
    router.allowForward(AllowForwardHeaders.X_FORWARD);
    router.route().handler(FlowShieldHandler.create(one)).handler(context -> context.end("fine"));
    try (Connection client = Connection.to(start().port())) {
      assertThat(client.get("/", "X-Forwarded-For: 203.0.113.1").status()).isEqualTo(200);
      assertThat(client.get("/", "X-Forwarded-For: 203.0.113.2").status()).isEqualTo(200);
      assertThat(client.get("/", "X-Forwarded-For: 203.0.113.1").status()).isEqualTo(429);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%", "/%4", "/%zz", "/health%", "http://a/%"})
  void aPathThatCannotBeReadIsCountedAndHandedOn(String path) throws Exception {
    HttpShield one = HttpShield.builder().perClient("1/h").build();
    router.route().handler(FlowShieldHandler.create(one)).handler(context -> context.end("fine"));
    try (Connection client = Connection.to(start().port())) {
      assertThat(client.get(path).body()).isEqualTo("fine");
      assertThat(client.get(path).status()).isEqualTo(429);
    }
  }

  // Vert.x 4.5 has such sockets with a native transport only.
  @Tag("vertx-5")
  @Test
  void theClientsOfAUnixSocketAreOneClient(@TempDir Path folder) throws Exception {
    HttpShield one = HttpShield.builder().perClient("1/h").build();
    router.route().handler(FlowShieldHandler.create(one)).handler(context -> context.end("fine"));
    Path socket = folder.resolve("socket");
    Servers.await(vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(SocketAddress.domainSocketAddress(socket.toString())));
    List<String> statuses = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        client.write(US_ASCII.encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
        ByteBuffer answer = ByteBuffer.allocate(12);
        while (answer.hasRemaining() && client.read(answer) >= 0) {
          // until the status is there
        }
        statuses.add(US_ASCII.decode(answer.flip()).toString());
      }
    }
    assertThat(statuses).containsExactly("HTTP/1.1 200", "HTTP/1.1 429");
  }

  @Test
  void standsBeforeWhatReadsTheBodyAndNowhereElse() {
    router.route().handler(FlowShieldHandler.create(shield)).handler(BodyHandler.create());
    assertThatThrownBy(() ->
            router.route().handler(BodyHandler.create()).handler(FlowShieldHandler.create(shield)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void onHttp2ARejectionEndsTheStreamAndKeepsTheConnection() throws Exception {
    HttpShield one = HttpShield.builder().perClient("1/h").build();
    Set<Object> connections = ConcurrentHashMap.newKeySet();
    router.route().handler(context -> {
      connections.add(context.request().connection());
      context.next();
    });
    router.route().handler(FlowShieldHandler.create(one)).handler(context -> context.end("fine"));
    int port = start().port();
    HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    assertThat(client.send(request(port, "/").build(), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
    for (int i = 0; i < 3; i++) {
      HttpRequest post =
          request(port, "/").POST(BodyPublishers.ofByteArray(new byte[100_000])).build();
      HttpResponse<String> answer = client.send(post, BodyHandlers.ofString());
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(answer.statusCode()).isEqualTo(429);
      assertThat(answer.headers().firstValue("connection")).isEmpty();
    }
    assertThat(connections).hasSize(1);
  }

  @Nested
  class MadeWithoutAShield {

    @BeforeEach
    void forget() {
      Protected.SHIELDS.clear();
    }

    @Test
    void allVerticlesOfOneVertxShareOne() throws Exception {
      Servers.await(vertx.deployVerticle(Protected.class, new DeploymentOptions().setInstances(4)));
      assertThat(Protected.SHIELDS).hasSize(4);
      assertThat(Set.copyOf(Protected.SHIELDS)).hasSize(1);
    }

    @Test
    void thoseMadeOutsideOfItJoinThemWithTheirFirstRequest() throws Exception {
      List<FlowShieldHandler> handlers =
          List.of(FlowShieldHandler.create(), FlowShieldHandler.create());
      router.route("/0").handler(handlers.get(0)).handler(context -> context.end());
      router.route("/1").handler(handlers.get(1)).handler(context -> context.end());
      try (Connection client = Connection.to(start().port())) {
        client.get("/0");
        client.get("/1");
        client.get("/1");
      }
      assertThat(handlers.get(0).shield()).isSameAs(handlers.get(1).shield());
      assertThat(handlers.get(0).shield().stats().admitted()).isEqualTo(3);
    }

    @Test
    void anotherVertxHasItsOwn() throws Exception {
      Vertx other = Vertx.vertx();
      for (Vertx each : List.of(vertx, other)) {
        Servers.await(each.deployVerticle(Protected.class, new DeploymentOptions()));
      }
      assertThat(Set.copyOf(Protected.SHIELDS)).hasSize(2);
      Servers.await(other.close());
    }
  }

  /** Deployed by its class, the one way that is the same in Vert.x 4.5 and 5. */
  public static final class Protected extends AbstractVerticle {

    static final Queue<HttpShield> SHIELDS = new ConcurrentLinkedQueue<>();

    @Override
    public void start() {
      SHIELDS.add(FlowShieldHandler.create().shield());
    }
  }

  @Test
  void theModuleExportsItsOnePackageAndBringsWhatItsApiNeeds() throws Exception {
    URI classes = FlowShieldHandler.class
        .getProtectionDomain()
        .getCodeSource()
        .getLocation()
        .toURI();
    ModuleDescriptor module = ModuleFinder.of(Path.of(classes))
        .find("dev.flowshield.vertx")
        .orElseThrow()
        .descriptor();
    assertThat(module.exports()).hasToString("[dev.flowshield.vertx]");
    assertThat(module.requires())
        .filteredOn(
            each -> each.modifiers().contains(ModuleDescriptor.Requires.Modifier.TRANSITIVE))
        .extracting(ModuleDescriptor.Requires::name)
        .containsExactlyInAnyOrder("dev.flowshield.http", "io.vertx.core", "io.vertx.web");
    assertThat(module.provides()).isEmpty();
    assertThat(module.uses()).isEmpty();
  }

  private ServerUnderTest start() throws Exception {
    return Servers.start(vertx, router);
  }

  private static int get(ServerUnderTest server) throws Exception {
    try (Connection client = Connection.to(server.port())) {
      return client.get("/").status();
    }
  }

  private static HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private void awaitNothingInFlight() {
    await().until(() -> shield.stats().inFlight() == 0);
  }
}
