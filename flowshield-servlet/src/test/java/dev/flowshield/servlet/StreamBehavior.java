package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.contract.Connection;
import dev.flowshield.http.HttpShield;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Tests of event streams that hold the thread of their request, which is usual with virtual
 * threads.
 */
interface StreamBehavior {

  FilterFixture fixture();

  private CountDownLatch startWithEventsThatBlock() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    fixture()
        .startProtected(context -> Endpoint.at("/blocking", context, (request, response) -> {
          response.setContentType("text/event-stream");
          response.setCharacterEncoding("UTF-8");
          response.flushBuffer();
          assertThat(over.await(FilterFixture.PATIENCE.toSeconds(), TimeUnit.SECONDS))
              .isTrue();
        }));
    return over;
  }

  private Connection ask(String... headers) throws Exception {
    Connection client = Connection.to(fixture().running().port());
    client.send("GET", "/blocking", headers);
    return client;
  }

  @Test
  default void anEventStreamThatWasAskedForIsAStreamWhileItHoldsItsThread() throws Exception {
    HttpShield shield = fixture().shield();
    CountDownLatch over = startWithEventsThatBlock();
    try (Connection client = ask("Accept: text/event-stream")) {
      await().until(() -> shield.streams().open() == 1 && shield.stats().inFlight() == 0);
      over.countDown();
      assertThat(client.read().status()).isEqualTo(200);
      await().until(() -> shield.streams().open() == 0);
    }
  }

  @Test
  default void oneThatWasNotAskedForStaysInFlight() throws Exception {
    HttpShield shield = fixture().shield();
    CountDownLatch over = startWithEventsThatBlock();
    try (Connection client = ask()) {
      await().until(() -> shield.stats().inFlight() == 1);
      over.countDown();
      assertThat(client.read().status()).isEqualTo(200);
      assertThat(fixture().settled().admitted()).isOne();
      assertThat(shield.streams().open()).isZero();
    }
  }
}
