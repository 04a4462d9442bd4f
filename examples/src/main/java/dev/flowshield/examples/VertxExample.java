package dev.flowshield.examples;

import dev.flowshield.http.HttpShield;
import dev.flowshield.vertx.FlowShieldHandler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** A Vert.x route behind the shield. */
public final class VertxExample {

  private VertxExample() {}

  /** Prints three answers, the last of which is a rejection. */
  public static void main(String[] arguments) throws Exception {
    HttpShield shield = HttpShield.builder().perClient("2/min").build();
    Vertx vertx = Vertx.vertx();
    Visitor.visit(start(vertx, shield).actualPort());
    vertx.close().await();
  }

  // snippet: vertx
  static HttpServer start(Vertx vertx, HttpShield shield) {
    Router router = Router.router(vertx);
    router.route().handler(FlowShieldHandler.create(shield));
    router.get("/").handler(context -> context.end("hello"));
    return vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(0, "127.0.0.1")
        .await();
  }
  // end

  static void protectAsConfigured(Router router) {
    // snippet: one-line-vertx
    router.route().handler(FlowShieldHandler.create()); // Vert.x
    // end
  }

  static void longPoll(RoutingContext context) {
    // snippet: established-vertx
    FlowShieldHandler.markAsStream(context); // Vert.x
    // end
  }
}
