package dev.flowshield.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.contract.Burst;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.http.HttpShield;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import org.junit.jupiter.api.Test;

/** Work on the event loop itself, behind which requests wait before the shield is asked. */
class EventLoopQueueTest {

  private static final int REQUESTS = 60;
  private static final int WORK_MILLIS = 40;

  private final HttpShield shield =
      HttpShield.builder().inFlight(InFlightLimit.auto()).build();

  @Test
  void isRejectedWhereItIsLongAlthoughHardlyAnyRequestIsInFlight() throws Exception {
    Vertx vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    router.route().handler(FlowShieldHandler.create(shield)).handler(context -> {
      Burst.work(WORK_MILLIS);
      context.end("done");
    });
    ServerUnderTest server = Servers.start(vertx, router);
    try {
      assertThat(Burst.statuses(server, REQUESTS)).contains(200, 503).containsOnly(200, 503);
    } finally {
      server.stop().run();
    }
  }
}
