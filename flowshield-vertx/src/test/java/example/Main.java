package example;

import dev.flowshield.vertx.FlowShieldHandler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;

public final class Main {

  private Main() {}

  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx();
    Router router = Router.router(vertx);

    router.route().handler(FlowShieldHandler.create());
    router.get("/").handler(context -> context.end("Hello\n"));

    vertx.createHttpServer().requestHandler(router).listen(8080, "127.0.0.1");
  }
}
