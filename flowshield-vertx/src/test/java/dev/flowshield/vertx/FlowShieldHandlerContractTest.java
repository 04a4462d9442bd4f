package dev.flowshield.vertx;

import static dev.flowshield.contract.Application.HEALTHY;
import static dev.flowshield.contract.Application.HELLO;

import dev.flowshield.contract.Application;
import dev.flowshield.contract.BindingContract;
import dev.flowshield.contract.Difference;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.TimeoutHandler;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

class FlowShieldHandlerContractTest extends BindingContract {

  @Override
  protected Set<Difference> differences() {
    return EnumSet.noneOf(Difference.class);
  }

  @Override
  protected ServerUnderTest start(List<HttpShield> shields, Application behind) throws Exception {
    Vertx vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    for (HttpShield shield : shields) {
      router.route().handler(FlowShieldHandler.create(shield));
    }
    route(router, behind);
    return Servers.start(vertx, router);
  }

  private static void route(Router router, Application application) {
    router.route("/hello").handler(context -> context.end(HELLO));
    router.route("/health").handler(context -> context.end(HEALTHY));
    router.route("/fail").handler(context -> context.end(application.fail()));
    router.route("/slow").blockingHandler(context -> {
      application.slow();
      context.end(HELLO);
    });
    router
        .route("/async")
        .handler(context -> application.whenOpen(() -> context.response().end(HELLO)));
    router.route("/timeout").handler(TimeoutHandler.create(100)).handler(context -> {});
    router
        .route("/echo")
        .handler(BodyHandler.create(false))
        .handler(context -> context.end(context.body().buffer()));
  }
}
