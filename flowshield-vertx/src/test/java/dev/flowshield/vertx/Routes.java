package dev.flowshield.vertx;

import static dev.flowshield.contract.Application.CHUNKS;
import static dev.flowshield.contract.Application.EVENT;
import static dev.flowshield.contract.Application.FULL;
import static dev.flowshield.contract.Application.HEALTHY;
import static dev.flowshield.contract.Application.HELLO;
import static java.util.Objects.requireNonNull;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.StaticHandler;
import io.vertx.ext.web.handler.TimeoutHandler;
import java.io.IOException;
import java.util.List;

/** The application of the contracts, as routes. */
final class Routes {

  private static final int TIME_LIMIT_MILLIS = 100;

  private Routes() {}

  static ServerUnderTest start(Vertx vertx, List<HttpShield> shields, Application behind)
      throws Exception {
    Router router = Router.router(vertx);
    for (HttpShield shield : shields) {
      router.route().handler(FlowShieldHandler.create(shield));
    }
    route(router, behind);
    routeForGoneClients(router, behind);
    return Servers.start(vertx, router);
  }

  private static void route(Router router, Application application) {
    router.route("/hello").handler(context -> context.end(HELLO));
    router.route("/below/*").handler(context -> context.end(HELLO));
    router.route("/later/*").handler(context -> later(context, application));
    router.route("/held/*").handler(context -> later(context, application));
    router.route("/health").handler(context -> context.end(HEALTHY));
    router.route("/fail").handler(context -> context.end(application.fail()));
    router.route("/cost").handler(context -> {
      FlowShieldHandler.reportCost(context, Application.COST);
      context.end(HELLO);
    });
    router
        .route("/slow")
        .blockingHandler(
            context -> {
              application.slow();
              context.end(HELLO);
            },
            false);
    router
        .route("/async")
        .handler(context -> application.whenOpen(() -> context.response().end(HELLO)));
    router.route("/poll").handler(context -> {
      if (FlowShieldHandler.markAsStream(context)) {
        application.whenOpen(() -> context.response().end(HELLO));
      } else {
        context.end(FULL);
      }
    });
    router
        .route("/timeout")
        .handler(TimeoutHandler.create(TIME_LIMIT_MILLIS))
        .handler(context -> {});
    router
        .route("/echo")
        .handler(BodyHandler.create(false))
        .handler(context -> context.end(context.body().buffer()));
  }

  private static void later(RoutingContext context, Application application) {
    String millis = requireNonNull(context.request().query(), "the query is the time to wait");
    application.later(millis, () -> context.response().end(HELLO));
  }

  private static void routeForGoneClients(Router router, Application application)
      throws IOException {
    router.route("/large").handler(context -> context.end(Buffer.buffer(Application.large())));
    router.route("/stream").handler(context -> stream(context.response(), 0));
    router.route("/chunks").handler(context -> stream(context.response(), 0));
    router.route("/events").handler(context -> {
      context.response().putHeader("Content-Type", "text/event-stream").setChunked(true);
      application.repeat(() -> sendEvent(context));
    });
    router.route("/quiet").handler(context -> {
      context.response().putHeader("Content-Type", "text/event-stream").setChunked(true);
      context.response().write(EVENT);
      application.whenOpen(() -> application.repeat(() -> sendEvent(context)));
    });
    router.route("/push").handler(Routes::push);
    router.route("/upgrade").handler(context -> context.request().toWebSocket());
    String files = application.files().toString();
    router.route().handler(StaticHandler.create(FileSystemAccess.ROOT, files)); // for /file
  }

  /** Writes each chunk when the previous one has been written. */
  private static void stream(HttpServerResponse response, int written) {
    if (written == CHUNKS) {
      response.end();
    } else {
      response
          .setChunked(true)
          .write(Buffer.buffer(Application.chunk()))
          .onSuccess(done -> stream(response, written + 1));
    }
  }

  private static boolean sendEvent(RoutingContext context) {
    context.response().write(EVENT);
    return !context.response().closed();
  }

  private static void push(RoutingContext context) {
    if (context.response().streamId() < 0) { // HTTP/1
      context.end(HELLO);
    } else {
      context
          .response()
          .push(HttpMethod.GET, "/large")
          .onSuccess(pushed -> pushed.end(Buffer.buffer(Application.large())))
          .onComplete(either -> context.end(HELLO));
    }
  }
}
