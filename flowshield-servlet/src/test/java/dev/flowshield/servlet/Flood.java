package dev.flowshield.servlet;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Requests at a steady rate, regardless of the requests before them: clients that do not wait for
 * each other.
 */
final class Flood {

  private static final int ROUND_MILLIS = 20;
  private static final long PATIENCE_SECONDS = 60;

  /**
   * A response.
   *
   * @param sentMillis the time of its request, since the first
   * @param millis the latency
   */
  record Reply(int status, long sentMillis, long millis) {}

  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpRequest request;
  private final ConcurrentLinkedQueue<CompletableFuture<Reply>> asked =
      new ConcurrentLinkedQueue<>();
  private final long begun = System.nanoTime();

  private Flood(URI address) {
    this.request =
        HttpRequest.newBuilder(address).version(HttpClient.Version.HTTP_1_1).build();
  }

  /** Sends requests at the given rate for some time, and waits for all responses. */
  static List<Reply> on(URI address, int perSecond, Duration time) throws Exception {
    Flood flood = new Flood(address);
    flood.send(perSecond * ROUND_MILLIS / 1000, time.toMillis() / ROUND_MILLIS);
    List<Reply> replies = new ArrayList<>();
    for (CompletableFuture<Reply> each : flood.asked) {
      replies.add(each.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }
    return replies;
  }

  private void send(int inRound, long rounds) throws InterruptedException {
    CountDownLatch left = new CountDownLatch((int) rounds);
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    ScheduledFuture<?> sending = clock.scheduleAtFixedRate(
        () -> {
          for (int i = 0; i < inRound; i++) {
            asked.add(ask());
          }
          left.countDown();
        },
        0,
        ROUND_MILLIS,
        TimeUnit.MILLISECONDS);
    left.await();
    sending.cancel(false);
    clock.shutdownNow();
  }

  private CompletableFuture<Reply> ask() {
    long sent = System.nanoTime();
    return client
        .sendAsync(request, BodyHandlers.discarding())
        .thenApply(response -> new Reply(
            response.statusCode(), millis(sent - begun), millis(System.nanoTime() - sent)));
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
