package dev.flowshield.apps.spelling;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.vertx.FlowShieldHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.StaticHandler;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Vert.x Web, which normalizes the path unless told otherwise, and its handler for files. */
final class VertxApps {

  /** Adds an application to a router. */
  @FunctionalInterface
  private interface Application {
    void addTo(Router router, Vertx vertx, Path files);
  }

  private VertxApps() {}

  static List<Subject> subjects() {
    return List.of(
        subject("Vert.x", (router, vertx, files) -> addRoutes(router, true)),
        subject(
            "Vert.x with paths as they came", (router, vertx, files) -> addRoutes(router, false)),
        subject("Vert.x in a router of a router", (router, vertx, files) -> {
              Router inner = Router.router(vertx);
              addRoutes(inner, true);
              router.route("/in/*").subRouter(inner);
            })
            .at("", "/in"),
        subject("Files of Vert.x", (router, vertx, files) -> router.route().handler(of(files))),
        subject(
                "Files of Vert.x below a prefix",
                (router, vertx, files) -> router.route("/files/*").handler(of(files)))
            .at("", "/files"),
        subject("Files of Vert.x below two prefixes", (router, vertx, files) -> {
              Router inner = Router.router(vertx);
              inner.route("/files/*").handler(of(files));
              router.route("/in/*").subRouter(inner);
            })
            .at("", "/in/files"));
  }

  private static Subject subject(String name, Application application) {
    return Subject.of(name, (shield, files) -> start(shield, files, application));
  }

  private static ServerUnderTest start(HttpShield shield, Path files, Application application)
      throws Exception {
    Vertx vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    router.route().handler(FlowShieldHandler.create(shield));
    application.addTo(router, vertx, files);
    HttpServer server = await(vertx
        .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
        .requestHandler(router)
        .listen());
    return new ServerUnderTest(server.actualPort(), () -> await(vertx.close()));
  }

  private static void addRoutes(Router router, boolean normalized) {
    for (String tree : Routes.TREES) {
      addRoute(router, "/" + tree + "/*", tree, normalized);
    }
    addRoute(router, "/item/:id", Routes.ITEM, normalized);
    addRoute(router, "/health", Routes.HEALTH, normalized);
    addRoute(router, "/*", Routes.REST, normalized);
  }

  private static void addRoute(Router router, String path, String name, boolean normalized) {
    router
        .route(path)
        .useNormalizedPath(normalized)
        .handler(context -> context.end(Routes.answer(name)));
  }

  private static StaticHandler of(Path files) {
    return StaticHandler.create(FileSystemAccess.ROOT, files.toString());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
