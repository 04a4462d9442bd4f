package dev.flowshield.undertow;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

import dev.flowshield.contract.Answer;
import dev.flowshield.contract.Connection;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.attribute.ExchangeAttributes;
import io.undertow.predicate.Predicates;
import io.undertow.server.HandlerWrapper;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.ProxyPeerAddressHandler;
import io.undertow.server.handlers.ResponseCodeHandler;
import io.undertow.server.handlers.builder.HandlerBuilder;
import io.undertow.server.handlers.builder.PredicatedHandlersParser;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xnio.channels.StreamSinkChannel;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlowShieldHandlerTest {

  private static final HttpHandler APP =
      exchange -> exchange.getResponseSender().send("fine");

  private final HttpShield shield = HttpShield.builder().perClient("1/h").build();
  private @Nullable ServerUnderTest server;

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      server.stop().run();
    }
  }

  @Test
  void withoutAShieldTheConfigurationIsAsked() {
    assertThat(FlowShieldHandler.protect(APP).shield().toString()).contains("each client 100/s");
  }

  @Test
  void workThatWaitsForAWorkerIsInFlight() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    HttpShield open = HttpShield.builder().perClient("100/h").build();
    server = Servers.start(
        FlowShieldHandler.protect(
            new BlockingHandler(exchange -> {
              end.await();
              exchange.getResponseSender().send("fine");
            }),
            open),
        1);
    try (Connection first = Connection.to(server.port());
        Connection second = Connection.to(server.port())) {
      first.send("GET", "/");
      second.send("GET", "/");
      await().until(() -> open.stats().inFlight() == 2);
      end.countDown();
      assertThat(first.read().body()).isEqualTo("fine");
      assertThat(second.read().body()).isEqualTo("fine");
    } finally {
      end.countDown();
    }
  }

  @Test
  void whatOneWrapperWrapsSharesItsShield() {
    HandlerWrapper wrapper = FlowShieldHandler.wrapper(shield);
    assertThat(((FlowShieldHandler) wrapper.wrap(APP)).shield())
        .isSameAs(((FlowShieldHandler) wrapper.wrap(APP)).shield())
        .isSameAs(shield);
  }

  @Test
  @SuppressWarnings("NullAway") // on purpose
  void nothingToProtectIsAMistake() {
    List<String> logged = new ArrayList<>();
    Logger log = Logger.getLogger("dev.flowshield.http");
    log.setLevel(Level.ALL); // other tests may have turned off what is above
    log.setFilter(each -> logged.add(each.getMessage()));
    try {
      assertThatNullPointerException()
          .isThrownBy(() -> FlowShieldHandler.protect(null))
          .withMessageStartingWith("next must be the handler to protect, got null: ");
    } finally {
      log.setFilter(null);
      log.setLevel(null);
    }
    assertThat(logged).as("that a shield is active").isEmpty();
    assertThatNullPointerException()
        .isThrownBy(() -> FlowShieldHandler.protect(APP, null))
        .withMessageStartingWith("shield must be one made before, got null: ");
    assertThatNullPointerException().isThrownBy(() -> FlowShieldHandler.wrapper(null));
  }

  @Test
  void aMethodInSmallLettersHasThePolicyOfItsRoute() throws Exception {
    HttpShield logins =
        HttpShield.builder().perClient("100/h").policies("POST /login * 1/h").build();
    HttpHandler routes = Handlers.routing().post("/login", APP);
    int port = start(FlowShieldHandler.protect(routes, logins));
    try (Connection client = Connection.to(port)) {
      client.send("post", "/login", "Content-Length: 0");
      assertThat(client.read().body()).isEqualTo("fine");
      client.send("Post", "/login", "Content-Length: 0");
      assertThat(client.read().status()).isEqualTo(429);
    }
  }

  @Test
  void policiesSeeThePathBehindThePlaceOfTheShield() throws Exception {
    HttpShield api =
        HttpShield.builder().perClient("100/h").policies("* /login * 1/h").build();
    int port = start(Handlers.path().addPrefixPath("/api", FlowShieldHandler.protect(APP, api)));
    try (Connection client = Connection.to(port)) {
      assertThat(client.get("/api/login").status()).isEqualTo(200);
      assertThat(client.get("/api/login").status()).isEqualTo(429);
    }
  }

  @Test
  void aHandlerMayReadThePathAsItCame() throws Exception {
    HttpShield rows =
        HttpShield.builder().perClient("1/h").policies("* /free/** * off").build();
    HttpHandler routes = Handlers.predicate(
        Predicates.regex(ExchangeAttributes.requestURL(), "/free/.*", true),
        ResponseCodeHandler.HANDLE_404,
        APP);
    int port = start(Handlers.path(FlowShieldHandler.protect(routes, rows))
        .addPrefixPath("/in", FlowShieldHandler.protect(APP, rows)));
    try (Connection client = Connection.to(port)) {
      assertThat(client.get("/free/x").status()).isEqualTo(404);
      assertThat(client.get("/fre%65/x").body()).isEqualTo("fine");
      assertThat(client.get("/fre%65/x").status()).isEqualTo(429);
      assertThat(client.get("http://127.0.0.1/free/x").status()).isEqualTo(429);
      assertThat(client.get("/free;y/x").status()).isEqualTo(429);
      assertThat(client.get("/in/free/x").body()).isEqualTo("fine");
      assertThat(client.get("/in/fre%65/x").status()).isEqualTo(429);
    }
  }

  @Test
  void aHandlerThatBelievesProxiesDoesNotChangeWhoTheClientIs() throws Exception {
    HttpHandler app = exchange ->
        exchange.getResponseSender().send(exchange.getSourceAddress().getHostString());
    int port = start(new ProxyPeerAddressHandler(FlowShieldHandler.protect(app, shield)));
    try (Connection client = Connection.to(port)) {
      assertThat(client.get("/", "X-Forwarded-For: 203.0.113.1").body()).isEqualTo("203.0.113.1");
      assertThat(client.get("/", "X-Forwarded-For: 203.0.113.2").status()).isEqualTo(429);
    }
  }

  @Test
  void theServerSaysTheClientIfTheShieldIsTold() throws Exception {
    HttpShield one =
        HttpShield.builder().perClient("1/h").clientAddress("container").build();
    int port = start(new ProxyPeerAddressHandler(FlowShieldHandler.protect(APP, one)));
    try (Connection client = Connection.to(port)) {
      assertThat(client.get("/", "X-Forwarded-For: 203.0.113.1").status()).isEqualTo(200);
      assertThat(client.get("/", "X-Forwarded-For: 203.0.113.2").status()).isEqualTo(200);
      assertThat(client.get("/", "X-Forwarded-For: 203.0.113.1").status()).isEqualTo(429);
      assertThat(client.get("/", "X-Forwarded-For: a.name").status()).isEqualTo(200);
      assertThat(client.get("/", "X-Forwarded-For: another.name").status())
          .as("an address that is not known is one client")
          .isEqualTo(429);
    }
  }

  @Test
  void underAPrefixTheHealthPathIsTheRestOfThePath() throws Exception {
    int port = start(Handlers.path().addPrefixPath("/app", FlowShieldHandler.protect(APP, shield)));
    try (Connection client = Connection.to(port)) {
      assertThat(client.get("/app/health").status()).isEqualTo(200);
      assertThat(client.get("/app/hello").status()).isEqualTo(200);
      assertThat(client.get("/app/hello").status()).isEqualTo(429);
      assertThat(client.get("/app/health").status()).isEqualTo(200);
    }
  }

  @Test
  void aConnectionThatLeavesHttpIsInFlightUntilThen() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    HttpHandler app = exchange -> exchange.upgradeChannel((stream, its) -> open.countDown());
    int port = start(FlowShieldHandler.protect(app, shield));
    try (Connection client = Connection.to(port)) {
      Answer answer = client.get("/", "Upgrade: other", "Connection: Upgrade");
      assertThat(answer.status()).isEqualTo(101);
      open.await();
      await().until(() -> shield.stats().inFlight() == 0);
    }
  }

  @Test
  void anExchangeThatIsOverTakesNoPlace() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    HttpHandler inner = FlowShieldHandler.protect(APP, shield);
    int port = start(exchange -> {
      exchange.endExchange();
      try {
        assertThatIllegalStateException().isThrownBy(() -> inner.handleRequest(exchange));
      } finally {
        asked.countDown();
      }
    });
    try (Connection client = Connection.to(port)) {
      client.get("/");
    }
    asked.await();
    assertThat(shield.stats().admitted()).isEqualTo(1);
    assertThat(shield.stats().inFlight()).isZero();
  }

  @Test
  void aHandlerThatFailsAfterItsAnswerHasBegunIsClosedAsFailed() throws Exception {
    HttpHandler app = exchange -> {
      exchange.setResponseContentLength(10);
      StreamSinkChannel body = exchange.getResponseChannel();
      body.write(ByteBuffer.wrap(new byte[5]));
      body.flush();
      throw new IllegalStateException("this failure is part of the test");
    };
    int port = start(FlowShieldHandler.protect(app, shield));
    try (Connection client = Connection.to(port)) {
      client.send("GET", "/");
      assertThat(client.isEnded()).isFalse();
      await().until(() -> shield.stats().failed() == 1);
      assertThat(shield.stats().inFlight()).isZero();
    }
  }

  @Test
  void aListenerThatSpeaksTheProxyProtocolSaysWhoTheClientIs() throws Exception {
    Undertow proxied = Undertow.builder()
        .addListener(new Undertow.ListenerBuilder()
            .setType(Undertow.ListenerType.HTTP)
            .setHost("127.0.0.1")
            .setUseProxyProtocol(true))
        .setHandler(FlowShieldHandler.protect(APP, shield))
        .build();
    proxied.start();
    try {
      InetSocketAddress address =
          (InetSocketAddress) proxied.getListenerInfo().get(0).getAddress();
      assertThat(statusLine(address, "203.0.113.1")).contains(" 200 ");
      assertThat(statusLine(address, "203.0.113.1")).contains(" 429 ");
      assertThat(statusLine(address, "203.0.113.2")).contains(" 200 ");
    } finally {
      proxied.stop();
    }
  }

  private static String statusLine(InetSocketAddress server, String client) throws Exception {
    try (Socket balancer = new Socket(server.getAddress(), server.getPort())) {
      String request = "PROXY TCP4 " + client + " 192.0.2.1 50000 80\r\n"
          + "GET / HTTP/1.1\r\nHost: example\r\nConnection: close\r\n\r\n";
      balancer.getOutputStream().write(request.getBytes(US_ASCII));
      String answer = new String(balancer.getInputStream().readAllBytes(), US_ASCII);
      return answer.lines().findFirst().orElse("");
    }
  }

  @Test
  void onHttp2ARejectionEndsTheStreamAndKeepsTheConnection() throws Exception {
    Set<Object> connections = ConcurrentHashMap.newKeySet();
    HttpHandler protect = FlowShieldHandler.protect(APP, shield);
    int port = start(exchange -> {
      connections.add(exchange.getConnection().getPeerAddress());
      protect.handleRequest(exchange);
    });
    HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    URI uri = URI.create("http://127.0.0.1:" + port + "/");
    HttpRequest get = HttpRequest.newBuilder(uri).build();
    assertThat(client.send(get, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    for (int i = 0; i < 3; i++) {
      HttpRequest post = HttpRequest.newBuilder(uri)
          .POST(BodyPublishers.ofByteArray(new byte[100_000]))
          .build();
      HttpResponse<String> answer = client.send(post, BodyHandlers.ofString());
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(answer.statusCode()).isEqualTo(429);
      assertThat(answer.headers().firstValue("connection")).isEmpty();
    }
    assertThat(connections).hasSize(1);
  }

  @Nested
  class InThePredicateLanguage {

    @Test
    void protectsWithTheSettingsGiven() throws Exception {
      int port = start(parse("path-prefix('/api') -> flowshield(per-client='2/h', in-flight='5')"));
      try (Connection client = Connection.to(port)) {
        assertThat(client.get("/api").status()).isEqualTo(200);
        assertThat(client.get("/api").status()).isEqualTo(200);
        assertThat(client.get("/api").body()).contains("\"limit\":2,");
        assertThat(client.get("/other").status()).isEqualTo(200);
      }
    }

    @Test
    void eachPathMayHaveALineOfItsOwn() throws Exception {
      int port = start(parse("""
          path-prefix('/api') -> flowshield(per-client='2/h')
          path('/login') -> flowshield('1/h')
          """));
      try (Connection client = Connection.to(port)) {
        assertThat(client.get("/login").status()).isEqualTo(200);
        assertThat(client.get("/login").status()).isEqualTo(429);
        assertThat(client.get("/api").status()).isEqualTo(200);
        assertThat(client.get("/api").status()).isEqualTo(200);
        assertThat(client.get("/api").status()).isEqualTo(429);
      }
    }

    @Test
    void oneValueIsTheLimitPerClient() throws Exception {
      int port = start(parse("flowshield('1/h')"));
      try (Connection client = Connection.to(port)) {
        assertThat(client.get("/").status()).isEqualTo(200);
        assertThat(client.get("/").status()).isEqualTo(429);
      }
    }

    @Test
    void mistakesAreFoundAtTheStart() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> start(parse("flowshield(per-client='often')")))
          .withMessageContaining("setting 'per-client' must be permits/period");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> parse("flowshield(unknown='1')"))
          .withMessageContaining("unknown parameter");
    }

    @Test
    void isFoundByServiceLoader() {
      assertThat(ServiceLoader.load(HandlerBuilder.class).stream())
          .filteredOn(each -> each.type() == FlowShieldHandlerBuilder.class)
          .hasSize(1)
          .allSatisfy(each -> assertThat(each.get().name()).isEqualTo("flowshield"));
    }

    private HttpHandler parse(String text) {
      return Handlers.predicates(
          PredicatedHandlersParser.parse(text, getClass().getClassLoader()), APP);
    }
  }

  private int start(HttpHandler root) {
    server = Servers.start(root);
    return server.port();
  }
}
