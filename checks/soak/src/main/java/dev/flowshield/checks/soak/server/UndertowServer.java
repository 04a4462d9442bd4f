package dev.flowshield.checks.soak.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.server.handlers.sse.ServerSentEventConnection;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** The application in Undertow. */
final class UndertowServer {

  private final SoakApp app;
  private final HttpHandler blocking = new BlockingHandler(this::block);
  private final HttpHandler events = Handlers.serverSentEvents((to, lastId) -> events(to));

  private UndertowServer(SoakApp app) {
    this.app = app;
  }

  static ServerUnderTest start(SoakApp app) {
    HttpHandler routes = new UndertowServer(app)::handle;
    Undertow server = Undertow.builder()
        .addHttpListener(0, ServerKind.LOOPBACK)
        .setWorkerThreads(ServerKind.WORKERS)
        .setHandler(FlowShieldHandler.protect(routes, app.shield()))
        .build();
    server.start();
    InetSocketAddress address =
        (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
    return new ServerUnderTest(address.getPort(), server::stop);
  }

  private void handle(HttpServerExchange exchange) throws Exception {
    app.begin();
    Ending ending = Ending.at(exchange.getRequestPath());
    switch (ending) {
      case AT_ONCE -> exchange.getResponseSender().send(SoakApp.DONE);
      case LATER ->
        dispatch(exchange, () -> app.later(() -> exchange.getResponseSender().send(SoakApp.DONE)));
      case ON_A_WORKER -> blocking.handleRequest(exchange);
      case EXCEPTION, ERROR -> SoakApp.fail(ending);
      case ERROR_STATUS -> {
        exchange.setStatusCode(SoakApp.ERROR_STATUS);
        exchange.getResponseSender().send(SoakApp.DONE);
      }
      case LATE_FAILURE ->
        dispatch(
            exchange,
            () -> app.later(() -> exchange.dispatch(again -> SoakApp.fail(Ending.EXCEPTION))));
      case TIMEOUT ->
        dispatch(
            exchange,
            () -> app.atTimeout(() -> {
              exchange.setStatusCode(SoakApp.TIMEOUT_STATUS);
              exchange.endExchange();
            }));
      case LARGE -> {
        exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, SoakApp.LARGE);
        new Chunks().sendNext(exchange.getResponseSender());
      }
      case EVENTS -> events.handleRequest(exchange);
      case BODY ->
        exchange
            .getRequestReceiver()
            .receiveFullBytes(
                (whole, body) -> whole.getResponseSender().send(Integer.toString(body.length)));
    }
  }

  private static void dispatch(HttpServerExchange exchange, Runnable task) {
    exchange.dispatch(SameThreadExecutor.INSTANCE, task);
  }

  private void block(HttpServerExchange exchange) throws IOException {
    app.work();
    exchange.getOutputStream().write(SoakApp.DONE.getBytes(UTF_8));
  }

  private void events(ServerSentEventConnection to) {
    app.events(
        () -> {
          to.send("event");
          return to.isOpen();
        },
        to::shutdown);
  }

  /** Sends each chunk when the one before it has been sent; for one exchange. */
  private static final class Chunks implements IoCallback {

    private int sent;

    void sendNext(Sender sender) {
      sender.send(ByteBuffer.wrap(SoakApp.CHUNK), this);
    }

    @Override
    public void onComplete(HttpServerExchange exchange, Sender sender) {
      sent++;
      if (sent < SoakApp.CHUNKS) {
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
