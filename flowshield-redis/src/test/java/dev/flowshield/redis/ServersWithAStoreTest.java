package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.http.HttpShield;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Undertow;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two servers of one service under load, whose store fails in one way after another. */
class ServersWithAStoreTest {

  private static final int INSTANCES = 2;
  private static final int CLIENTS = 4; // of one address
  private static final int RATE = 100;
  private static final int BURST = 50;
  private static final int OUTAGES = 3;
  private static final int LOST_ANSWERS = 100; // taken twice, once by a share
  private static final int ANSWERS = 500; // while each failure lasts

  private final RedisProcess redis = RedisProcess.start();
  private final FaultyProxy proxy = new FaultyProxy(redis.port());
  private final List<RedisStore> stores = new ArrayList<>();
  private final List<Undertow> servers = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();
  private final AtomicBoolean isOver = new AtomicBoolean();
  private final Map<Integer, AtomicLong> byStatus = new ConcurrentHashMap<>();
  private final AtomicLong longestNanos = new AtomicLong();
  private final List<Throwable> failures = new ArrayList<>();

  ServersWithAStoreTest() {
    for (int i = 0; i < INSTANCES; i++) {
      RedisStore store = RedisStore.at("redis://127.0.0.1:" + proxy.port())
          .instances(INSTANCES)
          .timeout(Duration.ofMillis(200))
          .open();
      store.connect();
      HttpShield shield = HttpShield.builder()
          .store(s -> s.opened(store))
          .perClient(RATE + "/s burst " + BURST)
          .inFlight(1_000)
          .build();
      Undertow server = Undertow.builder()
          .addHttpListener(0, "127.0.0.1")
          .setHandler(FlowShieldHandler.protect(
              exchange -> exchange.getResponseSender().send("hello"), shield))
          .build();
      server.start();
      stores.add(store);
      servers.add(server);
      ports.add(((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort());
    }
  }

  @AfterEach
  void stop() {
    isOver.set(true);
    servers.forEach(Undertow::stop);
    stores.forEach(RedisStore::close);
    proxy.close();
    redis.thaw();
    redis.close();
  }

  @Test
  void answerAllTheTimeAndAdmitNoMoreThanIsPromised() throws InterruptedException {
    long began = System.nanoTime();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Thread client = new Thread(this::ask, "client-" + i);
      client.start();
      clients.add(client);
    }
    answer();
    fail(redis::freeze, redis::thaw);
    fail(redis::kill, redis::restart);
    fail(() -> proxy.delay(Duration.ofSeconds(1)), () -> proxy.delay(Duration.ZERO));
    isOver.set(true);
    for (Thread client : clients) {
      client.join();
    }
    double seconds = (System.nanoTime() - began) / 1e9;

    assertThat(failures).isEmpty();
    assertThat(byStatus.keySet()).containsExactlyInAnyOrder(200, 429);
    assertThat(Duration.ofNanos(longestNanos.get())).isLessThan(Duration.ofSeconds(3));
    double right = BURST + RATE * seconds;
    // A share for each outage, and a burst as the server was restarted once.
    double most = right + (OUTAGES + 1) * BURST + LOST_ANSWERS;
    assertThat((double) byStatus.getOrDefault(200, new AtomicLong()).get())
        .isBetween(right / 2, most);
    for (RedisStore store : stores) {
      assertThat(store.stats().outages()).isBetween(1L, 2L * OUTAGES);
    }
  }

  private void answer() {
    await()
        .atMost(60, SECONDS)
        .until(() -> stores.stream().allMatch(store -> store.stats().isAnswering()));
  }

  private void fail(Runnable begin, Runnable end) {
    begin.run();
    await()
        .atMost(60, SECONDS)
        .until(() -> stores.stream().noneMatch(store -> store.stats().isAnswering()));
    long before = answers();
    await().atMost(60, SECONDS).until(() -> answers() > before + ANSWERS); // while it lasts
    end.run();
    answer();
  }

  private long answers() {
    return byStatus.values().stream().mapToLong(AtomicLong::get).sum();
  }

  private void ask() {
    HttpClient client = HttpClient.newHttpClient();
    int next = 0;
    while (!isOver.get()) {
      URI uri = URI.create("http://127.0.0.1:" + ports.get(next++ % ports.size()) + "/");
      long began = System.nanoTime();
      try {
        int status = client
            .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
            .statusCode();
        byStatus.computeIfAbsent(status, unseen -> new AtomicLong()).incrementAndGet();
      } catch (IOException | InterruptedException failure) {
        synchronized (failures) {
          failures.add(failure);
        }
        return;
      }
      longestNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
    }
  }
}
