package dev.flowshield.undertow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flowshield.contract.Burst;
import dev.flowshield.contract.ServerUnderTest;
import dev.flowshield.http.HttpShield;
import io.undertow.server.handlers.BlockingHandler;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests of requests that need more memory while they wait than the heap has. Neither latency nor
 * throughput shows this before the memory is exhausted.
 */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MemoryShortTest {

  private static final int BYTES = 4 << 20;
  private static final int MILLIS = 200;
  private static final int BETWEEN_MILLIS = 5; // so 40 at a time, of which the heap can hold 16

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<Integer, Integer> answers =
      new ConcurrentHashMap<>(); // by status; 0 if missing
  private final Queue<Future<?>> asked = new ConcurrentLinkedQueue<>();
  private int goodTimes;

  @Test
  void whatMemoryCanHoldIsServedAndTheRestIsShed() throws Exception {
    Process server = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx96m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            SmallServer.class.getName())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8))) {
      HttpRequest request = HttpRequest.newBuilder(
              URI.create("http://127.0.0.1:" + output.readLine() + "/"))
          .timeout(Duration.ofSeconds(2))
          .build();
      asked.add(
          timer.scheduleAtFixedRate(() -> send(request), 0, BETWEEN_MILLIS, TimeUnit.MILLISECONDS));

      await()
          .atMost(Duration.ofSeconds(60))
          .pollDelay(Duration.ofSeconds(1))
          .pollInterval(Duration.ofSeconds(1))
          .until(this::hasBeenGoodForThreeSeconds);
      assertThat(server.isAlive()).isTrue();
    } finally {
      timer.shutdownNow();
      server.destroyForcibly();
    }
  }

  private void send(HttpRequest request) {
    asked.add(client
        .sendAsync(request, BodyHandlers.discarding())
        .handle((answer, failure) -> answers.merge(status(answer), 1, Integer::sum)));
  }

  private static int status(@Nullable HttpResponse<Void> answer) {
    return answer == null ? 0 : answer.statusCode();
  }

  /**
   * Returns whether the last three seconds were good; without the guard, this never happens again.
   */
  private boolean hasBeenGoodForThreeSeconds() {
    Map<Integer, Integer> now = Map.copyOf(answers);
    answers.clear();
    boolean isGood = now.keySet().equals(Set.of(200, 503)) && now.getOrDefault(200, 0) >= 5;
    goodTimes = isGood ? goodTimes + 1 : 0;
    return goodTimes >= 3;
  }

  /** A server that holds memory for each request, and prints its port. */
  static final class SmallServer {

    private SmallServer() {}

    public static void main(String[] arguments) throws Exception {
      HttpShield shield = HttpShield.fromConfiguration(Map.of("per-client", "off"));
      ServerUnderTest server = Servers.start(
          FlowShieldHandler.protect(
              new BlockingHandler(exchange -> {
                byte[] held = new byte[BYTES];
                Burst.work(MILLIS);
                exchange.getResponseSender().send("held " + held.length);
              }),
              shield),
          200);
      System.out.println(server.port());
    }
  }
}
