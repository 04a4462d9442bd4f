package dev.flowshield.apps.spelling;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.vertx.FlowShieldHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.StaticHandler;
import java.nio.file.Path;
import java.util.ArrayList;
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
    List<Subject> all = new ArrayList<>();
    for (boolean normalized : List.of(true, false)) {
      String how = normalized ? "" : " with paths as they came";
      Application paths = (router, vertx, files) -> addPaths(router, normalized);
      Application expressions = (router, vertx, files) -> addExpressions(router, normalized);
      all.add(subject("Vert.x" + how, paths));
      all.add(subject("Vert.x by expressions" + how, expressions));
      all.add(
          subject("Vert.x in a router of a router" + how, below("/in", paths)).at("", "/in"));
      all.add(
          subject("Vert.x by expressions in a router of a router" + how, below("/in", expressions))
              .at("", "/in"));
    }
    all.add(
        subject("Files of Vert.x", (router, vertx, files) -> router.route().handler(of(files))));
    all.add(subject(
        "Files of Vert.x with a page for folders",
        (router, vertx, files) -> router
            .route()
            .handler(
                of(files).setIndexPage("x").setIncludeHidden(false).setCachingEnabled(false))));
    Application below = (router, vertx, files) -> router.route("/files/*").handler(of(files));
    all.add(subject("Files of Vert.x below a prefix", below).at("", "/files"));
    all.add(subject("Files of Vert.x below two prefixes", below("/in", below)).at("", "/in/files"));
    return all;
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

  private static Application below(String prefix, Application application) {
    return (router, vertx, files) -> {
      Router inner = Router.router(vertx);
      application.addTo(inner, vertx, files);
      router.route(prefix + "/*").subRouter(inner);
    };
  }

  private static void addPaths(Router router, boolean normalized) {
    for (String tree : Routes.TREES) {
      add(router.route("/" + tree + "/*"), tree, normalized);
    }
    add(router.route("/item/:id"), Routes.ITEM, normalized);
    add(router.route("/health"), Routes.HEALTH, normalized);
    add(router.route("/*"), Routes.REST, normalized);
  }

  private static void addExpressions(Router router, boolean normalized) {
    for (String tree : Routes.TREES) {
      add(router.routeWithRegex("/" + tree + "(?s:/.*)?"), tree, normalized);
    }
    add(router.routeWithRegex("/item/[^/]+"), Routes.ITEM, normalized);
    add(router.routeWithRegex("/health"), Routes.HEALTH, normalized);
    add(router.routeWithRegex("(?s).*"), Routes.REST, normalized);
  }

  private static void add(Route route, String name, boolean normalized) {
    route.useNormalizedPath(normalized).handler(context -> context.end(Routes.answer(name)));
  }

  private static StaticHandler of(Path files) {
    return StaticHandler.create(FileSystemAccess.ROOT, files.toString());
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
