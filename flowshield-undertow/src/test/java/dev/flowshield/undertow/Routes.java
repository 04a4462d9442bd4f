package dev.flowshield.undertow;

import static dev.flowshield.contract.Application.CHUNKS;
import static dev.flowshield.contract.Application.EVENT;
import static dev.flowshield.contract.Application.FULL;
import static dev.flowshield.contract.Application.HEALTHY;
import static dev.flowshield.contract.Application.HELLO;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.contract.Application;
import dev.flowshield.http.HttpShield;
import io.undertow.Handlers;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.server.handlers.sse.ServerSentEventConnection;
import io.undertow.util.HeaderMap;
import io.undertow.util.Methods;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The application of the contracts, with handlers of Undertow. */
final class Routes {

  private Routes() {}

  static HttpHandler behind(List<HttpShield> shields, Application application) throws IOException {
    HttpHandler root = routes(application);
    for (int i = shields.size() - 1; i >= 0; i--) {
      root = FlowShieldHandler.protect(root, shields.get(i));
    }
    return root;
  }

  private static HttpHandler routes(Application application) throws IOException {
    return new PathHandler()
        .addExactPath("/hello", exchange -> exchange.getResponseSender().send(HELLO))
        .addPrefixPath("/below", exchange -> exchange.getResponseSender().send(HELLO))
        .addExactPath("/health", exchange -> exchange.getResponseSender().send(HEALTHY))
        .addPrefixPath("/later", exchange -> later(exchange, application))
        .addPrefixPath("/held", exchange -> later(exchange, application))
        .addExactPath("/fail", exchange -> exchange.getResponseSender().send(application.fail()))
        .addExactPath("/cost", exchange -> {
          FlowShieldHandler.reportCost(exchange, Application.COST);
          exchange.getResponseSender().send(HELLO);
        })
        .addExactPath("/slow", new BlockingHandler(exchange -> {
          application.slow();
          exchange.getOutputStream().write(HELLO.getBytes(UTF_8));
        }))
        .addExactPath(
            "/async",
            exchange -> exchange.dispatch(
                SameThreadExecutor.INSTANCE,
                () -> application.whenOpen(() -> exchange.getResponseSender().send(HELLO))))
        .addExactPath(
            "/poll",
            exchange -> exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
              if (FlowShieldHandler.markAsStream(exchange)) {
                application.whenOpen(() -> exchange.getResponseSender().send(HELLO));
              } else {
                exchange.getResponseSender().send(FULL);
              }
            }))
        .addExactPath(
            "/echo",
            exchange -> exchange
                .getRequestReceiver()
                .receiveFullString((whole, body) -> whole.getResponseSender().send(body)))
        .addExactPath(
            "/large",
            exchange -> exchange.getResponseSender().send(ByteBuffer.wrap(Application.large())))
        .addExactPath("/stream", new BlockingHandler(exchange -> {
          for (int i = 0; i < CHUNKS; i++) {
            exchange.getOutputStream().write(Application.chunk());
            exchange.getOutputStream().flush();
          }
        }))
        .addExactPath("/chunks", exchange -> new Chunks().sendNext(exchange.getResponseSender()))
        .addPrefixPath("/", Handlers.resource(new PathResourceManager(application.files())))
        .addExactPath(
            "/events",
            Handlers.serverSentEvents((events, lastId) -> application.repeat(() -> send(events))))
        .addExactPath("/quiet", Handlers.serverSentEvents((events, lastId) -> {
          send(events);
          application.whenOpen(() -> application.repeat(() -> send(events)));
        }))
        .addExactPath("/push", exchange -> {
          if (exchange.getConnection().isPushSupported()) {
            exchange.getConnection().pushResource("/large", Methods.GET, new HeaderMap());
          }
          exchange.getResponseSender().send(HELLO);
        })
        .addExactPath(
            "/upgrade", Handlers.websocket((exchange, socket) -> socket.resumeReceives()));
  }

  private static void later(HttpServerExchange exchange, Application application) {
    exchange.dispatch(
        SameThreadExecutor.INSTANCE,
        () -> application.later(
            exchange.getQueryString(), () -> exchange.getResponseSender().send(HELLO)));
  }

  private static boolean send(ServerSentEventConnection events) {
    events.send(EVENT);
    return events.isOpen();
  }

  /** Sends each chunk when the previous one has been sent. */
  private static final class Chunks implements IoCallback {

    private final AtomicInteger sent = new AtomicInteger();

    private void sendNext(Sender sender) {
      sender.send(ByteBuffer.wrap(Application.chunk()), this);
    }

    @Override
    public void onComplete(HttpServerExchange exchange, Sender sender) {
      if (sent.incrementAndGet() < CHUNKS) {
        sendNext(sender);
      } else {
        exchange.endExchange();
      }
    }

    @Override
    public void onException(HttpServerExchange exchange, Sender sender, IOException gone) {
      exchange.endExchange();
    }
  }
}
