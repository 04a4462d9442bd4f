package dev.flowshield.demo.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flowshield.Ticker;
import dev.flowshield.demo.server.DemoServer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OpenLoopClientsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Crowd ONE = new Crowd(1, 100);

  @Test
  void readsEveryAnswer() throws Exception {
    Schedule schedule = Schedule.of(List.of(new Phase("all", 500, Duration.ofMillis(200))), ONE, 1);
    HttpHandler teapot = exchange -> {
      exchange.setStatusCode(418);
      exchange.getResponseSender().send("a body longer than the clients read at once ".repeat(100));
    };
    try (DemoServer server = serve(teapot);
        OpenLoopClients clients = connect(server, 100)) {
      Answers answers = clients.send(schedule, Ticker.system().nanos());

      assertThat(answers.await(PATIENCE)).isTrue();
      assertThat(statuses(answers, schedule)).containsOnly(418);
    }
  }

  @Test
  void doesNotHoldBackWhatFindsNoConnectionFree() throws Exception {
    Schedule schedule = Schedule.of(List.of(new Phase("all", 100, Duration.ofMillis(100))), ONE, 1);
    CountDownLatch othersHaveFailed = new CountDownLatch(1);
    HttpHandler held = new HttpHandler() {
      @Override
      public void handleRequest(HttpServerExchange exchange) throws InterruptedException {
        if (exchange.isInIoThread()) {
          exchange.dispatch(this);
          return;
        }
        othersHaveFailed.await();
      }
    };
    try (DemoServer server = serve(held);
        OpenLoopClients clients = connect(server, 1)) {
      Answers answers = clients.send(schedule, Ticker.system().nanos());
      for (int i = 1; i < schedule.size(); i++) {
        while (answers.status(i) == Answers.WAITING) {
          Thread.onSpinWait();
        }
      }
      assertThat(answers.status(0)).isEqualTo(Answers.WAITING);
      othersHaveFailed.countDown();

      assertThat(answers.await(PATIENCE)).isTrue();
      assertThat(answers.status(0)).isEqualTo(200);
      assertThat(statuses(answers, schedule)).containsOnly(200, Answers.NO_CONNECTION);
    }
  }

  @Test
  void sendsEachRequestFromTheAddressOfItsClient() throws Exception {
    List<InetAddress> addresses = ClientAddresses.find(3);
    Crowd crowd = new Crowd(addresses.size(), 50);
    Schedule schedule =
        Schedule.of(List.of(new Phase("all", 300, Duration.ofMillis(100))), crowd, 1);
    Queue<InetAddress> seen = new ConcurrentLinkedQueue<>();
    HttpHandler notes = exchange -> seen.add(exchange.getSourceAddress().getAddress());
    try (DemoServer server = serve(notes);
        OpenLoopClients clients =
            OpenLoopClients.connect(server.address(), addresses, crowd, 4 * schedule.size())) {
      Answers answers = clients.send(schedule, Ticker.system().nanos());

      assertThat(answers.await(PATIENCE)).isTrue();
      assertThat(seen)
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, schedule.size())
              .mapToObj(i -> addresses.get(schedule.client(i)))
              .toList());
    }
  }

  @Test
  void triesAgainWhatWasShed() throws Exception {
    Schedule schedule = Schedule.of(List.of(new Phase("all", 100, Duration.ofMillis(100))), ONE, 1);
    AtomicInteger tries = new AtomicInteger();
    HttpHandler full = exchange -> {
      tries.incrementAndGet();
      exchange.setStatusCode(503);
    };
    Retries retries = new Retries(3, PATIENCE, Duration.ofMillis(1));
    try (DemoServer server = serve(full);
        OpenLoopClients clients = connect(server, 100)) {
      Answers answers = clients.send(schedule, retries, Ticker.system().nanos());

      assertThat(answers.await(PATIENCE)).isTrue();
      assertThat(tries).hasValue(4 * schedule.size());
      assertThat(statuses(answers, schedule)).containsOnly(503);
    }
  }

  @Test
  void triesAgainWhatHasNoAnswer() throws Exception {
    Schedule schedule = Schedule.of(List.of(new Phase("all", 10, Duration.ofMillis(100))), ONE, 1);
    AtomicInteger tries = new AtomicInteger();
    CountDownLatch othersAreAnswered = new CountDownLatch(1);
    HttpHandler waits = exchange -> othersAreAnswered.await();
    HttpHandler silentAtFirst = exchange -> {
      if (tries.incrementAndGet() == 1) {
        exchange.dispatch(waits);
      }
    };
    Retries retries = new Retries(1, Duration.ofMillis(50), Duration.ofMillis(1));
    try (DemoServer server = serve(silentAtFirst);
        OpenLoopClients clients = connect(server, 10)) {
      Answers answers = clients.send(schedule, retries, Ticker.system().nanos());

      assertThat(answers.await(PATIENCE)).isTrue();
      assertThat(tries).hasValue(2);
      assertThat(statuses(answers, schedule)).containsOnly(200);
      othersAreAnswered.countDown();
    }
  }

  private static DemoServer serve(HttpHandler handler) {
    return DemoServer.start(0, 1, Duration.ZERO, work -> handler);
  }

  private static OpenLoopClients connect(DemoServer server, int connections) throws Exception {
    return OpenLoopClients.connect(
        server.address(), List.of(InetAddress.getLoopbackAddress()), ONE, connections);
  }

  private static List<Integer> statuses(Answers answers, Schedule schedule) {
    return IntStream.range(0, schedule.size()).mapToObj(answers::status).toList();
  }
}
