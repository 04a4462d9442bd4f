package dev.flowshield.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.contract.Burst;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.http.HttpShield;
import org.junit.jupiter.api.Test;

/** Work on an IO thread itself, behind which requests wait before the shield is asked. */
class IoThreadQueueTest {

  private static final int REQUESTS = 60;
  private static final int WORK_MILLIS = 40;

  private final HttpShield shield =
      HttpShield.builder().inFlight(InFlightLimit.auto()).build();

  @Test
  void isRejectedWhereItIsLongAlthoughHardlyAnyRequestIsInFlight() throws Exception {
    ServerUnderTest server = Servers.start(FlowShieldHandler.protect(
        exchange -> {
          Burst.work(WORK_MILLIS);
          exchange.getResponseSender().send("done");
        },
        shield));
    try {
      assertThat(Burst.statuses(server, REQUESTS)).contains(200, 503).containsOnly(200, 503);
    } finally {
      server.stop().run();
    }
  }
}
