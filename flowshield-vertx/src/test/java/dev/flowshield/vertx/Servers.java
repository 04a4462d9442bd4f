package dev.flowshield.vertx;

import dev.flowshield.contract.ServerUnderTest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;

/** Starts servers for tests. */
final class Servers {

  private Servers() {}

  static ServerUnderTest start(Vertx vertx, Router router) throws Exception {
    HttpServerOptions options = new HttpServerOptions().setHost("127.0.0.1").setPort(0);
    HttpServer server =
        await(vertx.createHttpServer(options).requestHandler(router).listen());
    return new ServerUnderTest(server.actualPort(), () -> await(vertx.close()));
  }

  static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
