package dev.flowshield.apps;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RoutingHandler;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.builder.PredicatedHandlersParser;
import io.undertow.server.handlers.form.EagerFormParsingHandler;
import io.undertow.server.handlers.form.FormData;
import io.undertow.server.handlers.form.FormDataParser;
import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.server.handlers.resource.ResourceHandler;
import io.undertow.server.handlers.sse.ServerSentEventConnection;
import io.undertow.server.session.InMemorySessionManager;
import io.undertow.server.session.Session;
import io.undertow.server.session.SessionAttachmentHandler;
import io.undertow.server.session.SessionCookieConfig;
import io.undertow.util.Headers;
import io.undertow.util.Sessions;
import io.undertow.util.StatusCodes;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

/** The shop in Undertow: handlers for prefixes and routes, predicates, files, forms, sessions. */
final class UndertowApp {

  private static final String USER = "user";

  private final Shop shop;

  private UndertowApp(Shop shop) {
    this.shop = shop;
  }

  static ServerUnderTest start(Shop shop, Optional<HttpShield> shield) {
    HttpHandler app = new UndertowApp(shop).root();
    Undertow server = Undertow.builder()
        .addHttpListener(0, "127.0.0.1")
        .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
        .setHandler(
            shield.map(it -> (HttpHandler) FlowShieldHandler.protect(app, it)).orElse(app))
        .build();
    server.start();
    InetSocketAddress address =
        (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
    return new ServerUnderTest(address.getPort(), server::stop);
  }

  private HttpHandler root() {
    HttpHandler routes = new SessionAttachmentHandler(
        routes(), new InMemorySessionManager("shop"), new SessionCookieConfig());
    HttpHandler paths = Handlers.path(routes)
        .addPrefixPath("/static", files())
        .addPrefixPath("/download", Handlers.header(files(), "Content-Disposition", "attachment"))
        .addExactPath("/echo", Handlers.websocket((exchange, channel) -> {
          channel.getReceiveSetter().set(new Echo());
          channel.resumeReceives();
        }))
        .addExactPath("/events", Handlers.serverSentEvents((it, lastId) -> tell(it)))
        .addExactPath("/ticks", Handlers.serverSentEvents((it, lastId) -> tick(it)));
    HttpHandler predicates = Handlers.predicates(
        PredicatedHandlersParser.parse(
            "path('/old') -> redirect('/')", UndertowApp.class.getClassLoader()),
        Handlers.httpContinueRead(paths)); // or uploads that wait to be asked for wait for ever
    return exchange -> {
      shop.called();
      predicates.handleRequest(exchange);
    };
  }

  private RoutingHandler routes() {
    HttpHandler item = UndertowApp::item;
    HttpHandler home = exchange -> page(exchange, StatusCodes.OK, "Shop");
    return Handlers.routing()
        .get("/", home)
        .add("HEAD", "/", home)
        .get("/items/{id}", item)
        .add("HEAD", "/items/{id}", item)
        .post("/items", new EagerFormParsingHandler(UndertowApp::create))
        .post("/login", new EagerFormParsingHandler(UndertowApp::logIn))
        .get("/account", UndertowApp::account)
        .post("/upload", new EagerFormParsingHandler(blocking(UndertowApp::upload)))
        .get(
            "/later",
            exchange ->
                exchange.dispatch(shop::later, () -> page(exchange, StatusCodes.OK, "Later")))
        .get("/stream", blocking(UndertowApp::stream))
        .get("/broken", exchange -> page(exchange, StatusCodes.OK, shop.fail()));
  }

  private ResourceHandler files() {
    return new ResourceHandler(new PathResourceManager(shop.files()));
  }

  private static HttpHandler blocking(HttpHandler handler) {
    return new BlockingHandler(handler);
  }

  private static void page(HttpServerExchange exchange, int status, String title) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/html; charset=utf-8");
    exchange.getResponseSender().send(Shop.page(title));
  }

  private static void item(HttpServerExchange exchange) {
    String id = Objects.requireNonNull(exchange.getQueryParameters().get("id")).getFirst();
    page(exchange, Shop.has(id) ? StatusCodes.OK : StatusCodes.NOT_FOUND, "Item " + id);
  }

  private static void create(HttpServerExchange exchange) {
    if (header(exchange, "name").isEmpty()) {
      page(exchange, StatusCodes.UNPROCESSABLE_ENTITY, "A name is missing");
    } else {
      seeOther(exchange, "/items/8");
    }
  }

  private static void logIn(HttpServerExchange exchange) {
    String user = header(exchange, USER);
    if (Shop.knows(user, header(exchange, "password"))) {
      Sessions.getOrCreateSession(exchange).setAttribute(USER, user);
      seeOther(exchange, "/account");
    } else {
      page(exchange, StatusCodes.UNAUTHORIZED, "Try again");
    }
  }

  private static void account(HttpServerExchange exchange) {
    Session session = Sessions.getSession(exchange);
    if (session == null) {
      page(exchange, StatusCodes.UNAUTHORIZED, "Log in");
    } else {
      page(exchange, StatusCodes.OK, "Account of " + session.getAttribute(USER));
    }
  }

  private static String header(HttpServerExchange exchange, String name) {
    return exchange.getAttachment(FormDataParser.FORM_DATA).getFirst(name).getValue();
  }

  private static void seeOther(HttpServerExchange exchange, String path) {
    exchange.setStatusCode(StatusCodes.SEE_OTHER);
    exchange.getResponseHeaders().put(Headers.LOCATION, path);
    exchange.endExchange();
  }

  private static void upload(HttpServerExchange exchange) throws IOException {
    FormData.FormValue file = exchange.getAttachment(FormDataParser.FORM_DATA).getFirst("file");
    try (InputStream content = file.getFileItem().getInputStream()) {
      exchange.getResponseSender().send(Shop.received(file.getFileName(), content.readAllBytes()));
    }
  }

  private static void stream(HttpServerExchange exchange) throws IOException {
    OutputStream body = exchange.getOutputStream();
    for (int i = 0; i < Shop.CHUNKS; i++) {
      body.write(Shop.CHUNK.getBytes(StandardCharsets.US_ASCII));
      body.flush();
    }
  }

  private static void tell(ServerSentEventConnection events) {
    for (int i = 1; i <= Shop.EVENTS; i++) {
      events.send("event " + i);
    }
    events.shutdown();
  }

  private void tick(ServerSentEventConnection events) {
    shop.repeat(() -> {
      events.send("tick");
      return events.isOpen();
    });
  }

  private static final class Echo extends AbstractReceiveListener {

    @Override
    protected void onFullTextMessage(WebSocketChannel channel, BufferedTextMessage message) {
      WebSockets.sendText(message.getData(), channel, null);
    }
  }
}
