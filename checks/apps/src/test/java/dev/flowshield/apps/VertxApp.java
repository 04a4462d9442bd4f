package dev.flowshield.apps;

import static java.util.Objects.requireNonNull;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import dev.flowshield.vertx.FlowShieldHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.FileUpload;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.Session;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.SessionHandler;
import io.vertx.ext.web.handler.StaticHandler;
import io.vertx.ext.web.sstore.LocalSessionStore;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The shop in Vert.x Web: routers in a router, bodies, sessions, files, a web socket. */
final class VertxApp {

  private static final String USER = "user";
  private static final int TICK_MILLIS = 10;

  private final Shop shop;
  private final Vertx vertx;

  private VertxApp(Shop shop, Vertx vertx) {
    this.shop = shop;
    this.vertx = vertx;
  }

  static ServerUnderTest start(Shop shop, Optional<HttpShield> shield) throws Exception {
    Vertx vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    shield.ifPresent(it -> router.route().handler(FlowShieldHandler.create(it)));
    new VertxApp(shop, vertx).addRoutes(router);
    HttpServer server = await(vertx
        .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
        .requestHandler(router)
        .listen());
    return new ServerUnderTest(server.actualPort(), () -> await(vertx.close()));
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private void addRoutes(Router router) {
    router.route().handler(context -> {
      shop.called();
      context.next();
    });
    router
        .get("/echo")
        .handler(context -> context
            .request()
            .toWebSocket()
            .onSuccess(socket -> socket.textMessageHandler(socket::writeTextMessage)));
    router.route().handler(SessionHandler.create(LocalSessionStore.create(vertx)));
    router
        .route()
        .handler(BodyHandler.create(shop.files().resolve("uploads").toString())
            .setDeleteUploadedFilesOnEnd(true));
    router.route("/items*").subRouter(items());
    router.route("/static/*").handler(files());
    router.route("/download/*").handler(context -> {
      context.response().putHeader("Content-Disposition", "attachment");
      context.next();
    });
    router.route("/download/*").handler(files());
    addPages(router);
    addStreams(router);
  }

  private Router items() {
    Router items = Router.router(vertx);
    items.route("/:id").method(HttpMethod.GET).method(HttpMethod.HEAD).handler(context -> {
      String id = requireNonNull(context.pathParam("id"));
      page(context, Shop.has(id) ? 200 : 404, "Item " + id);
    });
    items.post("/").handler(context -> {
      if (header(context, "name").isEmpty()) {
        page(context, 422, "A name is missing");
      } else {
        redirect(context, 303, "/items/8");
      }
    });
    return items;
  }

  private StaticHandler files() {
    return StaticHandler.create(FileSystemAccess.ROOT, shop.files().toString());
  }

  private void addPages(Router router) {
    router
        .route("/")
        .method(HttpMethod.GET)
        .method(HttpMethod.HEAD)
        .handler(context -> page(context, 200, "Shop"));
    router.get("/old").handler(context -> redirect(context, 302, "/"));
    router.get("/broken").handler(context -> context.end(shop.fail()));
    router.post("/login").handler(VertxApp::logIn);
    router.get("/account").handler(VertxApp::account);
    router.post("/upload").handler(context -> {
      FileUpload file = context.fileUploads().get(0);
      context
          .vertx()
          .fileSystem()
          .readFile(file.uploadedFileName())
          .onSuccess(content -> context.end(Shop.received(file.fileName(), content.getBytes())))
          .onFailure(context::fail);
    });
  }

  private void addStreams(Router router) {
    router.get("/later").handler(context -> shop.later(() -> page(context, 200, "Later")));
    router.get("/stream").handler(context -> {
      context.response().setChunked(true);
      stream(context.response(), 0);
    });
    router.get("/events").handler(context -> {
      HttpServerResponse response = events(context);
      for (int i = 1; i <= Shop.EVENTS; i++) {
        response.write("data: event " + i + "\n\n");
      }
      response.end();
    });
    router.get("/ticks").handler(context -> {
      HttpServerResponse response = events(context);
      vertx.setPeriodic(TICK_MILLIS, timer -> {
        if (response.closed()) {
          vertx.cancelTimer(timer);
        } else {
          response.write("data: tick\n\n");
        }
      });
    });
  }

  private static HttpServerResponse events(RoutingContext context) {
    return context.response().setChunked(true).putHeader("Content-Type", "text/event-stream");
  }

  /** Writes each part when the one before it has been written. */
  private static void stream(HttpServerResponse response, int written) {
    if (written == Shop.CHUNKS) {
      response.end();
    } else {
      response.write(Buffer.buffer(Shop.CHUNK)).onSuccess(done -> stream(response, written + 1));
    }
  }

  private static void page(RoutingContext context, int status, String title) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "text/html; charset=utf-8")
        .end(Shop.page(title));
  }

  private static void redirect(RoutingContext context, int status, String path) {
    context.response().setStatusCode(status).putHeader("Location", path).end();
  }

  private static void logIn(RoutingContext context) {
    String user = header(context, USER);
    if (Shop.knows(user, header(context, "password"))) {
      session(context).regenerateId().put(USER, user);
      redirect(context, 303, "/account");
    } else {
      page(context, 401, "Try again");
    }
  }

  private static void account(RoutingContext context) {
    String user = session(context).get(USER);
    if (user == null) {
      page(context, 401, "Log in");
    } else {
      page(context, 200, "Account of " + user);
    }
  }

  private static String header(RoutingContext context, String name) {
    return requireNonNull(context.request().getFormAttribute(name));
  }

  private static Session session(RoutingContext context) {
    return requireNonNull(context.session());
  }
}
