package dev.flowshield.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Work on an IO thread itself, behind which requests wait before the shield is asked. */
class IoThreadQueueTest {

  private static final int REQUESTS = 60;
  private static final int WORK_MILLIS = 40;

  private final HttpShield shield = HttpShield.builder().inFlightAuto().build();

  @Test
  void isRejectedWhereItIsLongAlthoughHardlyAnyRequestIsInFlight() throws Exception {
    ServerUnderTest server = Servers.start(FlowShieldHandler.protect(
        exchange -> {
          work();
          exchange.getResponseSender().send("done");
        },
        shield));
    try {
      HttpClient client =
          HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      HttpRequest request = HttpRequest.newBuilder(
              URI.create("http://127.0.0.1:" + server.port() + "/"))
          .build();
      List<CompletableFuture<HttpResponse<Void>>> asked = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        asked.add(client.sendAsync(request, BodyHandlers.discarding()));
      }
      List<Integer> statuses = new ArrayList<>();
      for (CompletableFuture<HttpResponse<Void>> each : asked) {
        statuses.add(each.get(30, TimeUnit.SECONDS).statusCode());
      }

      assertThat(statuses).contains(200, 503).containsOnly(200, 503);
    } finally {
      server.stop().run();
    }
  }

  private static void work() {
    try {
      assertThat(new CountDownLatch(1).await(WORK_MILLIS, TimeUnit.MILLISECONDS))
          .isFalse();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
