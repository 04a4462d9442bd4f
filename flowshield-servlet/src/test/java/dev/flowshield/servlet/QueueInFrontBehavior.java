package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.http.HttpShield;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What a shield that finds its cap does where requests wait for a thread of the container before it
 * is asked. The same on every container.
 */
abstract class QueueInFrontBehavior {

  private static final int THREADS = 10; // of which Jetty keeps some to itself
  private static final int WORK_MILLIS = 200;
  private static final int TEN_TIMES_THE_LOAD = 10 * THREADS * 1000 / WORK_MILLIS;
  private static final Duration TIME = Duration.ofSeconds(3);
  private static final int MOST_FLOODS = 5; // on a machine on which the clients are late themselves

  /** Without a shield, the last would wait for 27 seconds. */
  private static final long SHORT_MILLIS = 1_000;

  private final Container.Starter starter;
  private final HttpShield shield = HttpShield.builder()
      .inFlight(InFlightLimit.auto())
      .responses(r -> r.overloadStatus(429))
      .build(); // keeps connections
  private final AtomicInteger begun = new AtomicInteger();

  QueueInFrontBehavior(Container.Starter starter) {
    this.starter = starter;
  }

  @Test
  void isFoundAndKeptShortWithoutAnySetting() throws Exception {
    Container container = starter.start(new Container.Application() {
      @Override
      public void start(ServletContext context) {
        FlowShieldFilter.protect(context, shield);
        Endpoint.at("/work", context, (request, response) -> work());
      }

      @Override
      public int workers() {
        return THREADS;
      }
    });
    try {
      List<Flood.Reply> last = List.of();
      for (int flood = 0; flood < MOST_FLOODS && !isShort(last); flood++) {
        last = Flood.on(container.uri("/work"), TEN_TIMES_THE_LOAD, TIME).stream()
            .filter(reply -> reply.sentMillis() >= TIME.toMillis() - 1_000)
            .toList();
      }
      assertThat(shield.stats().shed()).isPositive();
      assertThat(last).filteredOn(reply -> reply.status() == 200).isNotEmpty();
      assertThat(last).filteredOn(this::isQuick).hasSizeGreaterThan(last.size() / 2);
    } finally {
      container.stop();
    }
  }

  private boolean isQuick(Flood.Reply reply) {
    return reply.millis() < SHORT_MILLIS;
  }

  private boolean isShort(List<Flood.Reply> last) {
    return last.stream().filter(this::isQuick).count() > last.size() / 2
        && last.stream().anyMatch(reply -> reply.status() == 200);
  }

  /** Never as long as the piece before, else all threads would end their work at one time. */
  private void work() throws InterruptedException {
    int millis = WORK_MILLIS / 2 + begun.incrementAndGet() * 70 % WORK_MILLIS;
    assertThat(new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS)).isFalse();
  }
}
