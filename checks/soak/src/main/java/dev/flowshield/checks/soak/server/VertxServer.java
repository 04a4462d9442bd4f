package dev.flowshield.checks.soak.server;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.vertx.FlowShieldHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.TimeoutHandler;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The application in Vert.x Web. */
final class VertxServer {

  private static final int PATIENCE_SECONDS = 20;
  private static final Buffer CHUNK = Buffer.buffer(SoakApp.CHUNK);

  private final SoakApp app;

  private VertxServer(SoakApp app) {
    this.app = app;
  }

  static ServerUnderTest start(SoakApp app) throws Exception {
    Vertx vertx = Vertx.vertx();
    HttpServer server = await(vertx
        .createHttpServer()
        .requestHandler(new VertxServer(app).router(vertx))
        .listen(0, ServerKind.LOOPBACK));
    return new ServerUnderTest(server.actualPort(), () -> await(vertx.close()));
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    router.route().handler(FlowShieldHandler.create(app.shield()));
    router.route().handler(context -> {
      app.begin();
      context.next();
    });
    router
        .route(Ending.TIMEOUT.path())
        .handler(TimeoutHandler.create(SoakApp.TIMEOUT_MILLIS, SoakApp.TIMEOUT_STATUS));
    router.route(Ending.BODY.path()).handler(BodyHandler.create(false));
    router.route().handler(this::handle);
    return router;
  }

  private void handle(RoutingContext context) {
    Ending ending = Ending.at(Objects.requireNonNull(context.request().path()));
    HttpServerResponse response = context.response();
    switch (ending) {
      case AT_ONCE -> send(response, SoakApp.DONE);
      case LATER -> app.later(() -> send(response, SoakApp.DONE));
      case ON_A_WORKER -> onAWorker(context);
      case EXCEPTION, ERROR -> SoakApp.fail(ending);
      case ERROR_STATUS -> {
        response.setStatusCode(SoakApp.ERROR_STATUS);
        send(response, SoakApp.DONE);
      }
      case LATE_FAILURE ->
        app.later(() -> context
            .vertx()
            .runOnContext(
                now -> context.fail(new IllegalStateException("this is part of the soak"))));
      case TIMEOUT -> {}
      case LARGE -> {
        response.putHeader("Content-Length", Integer.toString(SoakApp.LARGE));
        stream(response, 0);
      }
      case EVENTS -> events(response);
      case BODY ->
        send(response, String.format(Locale.ROOT, "%d", context.body().length()));
    }
  }

  private static void send(HttpServerResponse response, String text) {
    response.end(text).onFailure(clientGone -> {});
  }

  private void onAWorker(RoutingContext context) {
    context
        .vertx()
        .executeBlocking(
            () -> {
              app.work();
              return SoakApp.DONE;
            },
            false)
        .onSuccess(done -> send(context.response(), done))
        .onFailure(context::fail);
  }

  /** Writes each chunk when the one before it has been written. */
  private static void stream(HttpServerResponse response, int written) {
    if (written == SoakApp.CHUNKS) {
      response.end();
    } else {
      response.write(CHUNK).onSuccess(done -> stream(response, written + 1));
    }
  }

  private void events(HttpServerResponse response) {
    response.setChunked(true).putHeader("Content-Type", "text/event-stream");
    app.events(
        () -> {
          response.write(SoakApp.EVENT);
          return !response.closed();
        },
        response::end);
  }
}
