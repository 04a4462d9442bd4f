package dev.flowshield.contract;

import dev.flowshield.contract.Arrivals.Arrival;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A sender of requests at planned times, with very few threads, whether or not earlier requests
 * have been responded to.
 */
final class OpenLoop implements AutoCloseable {

  private static final int THREADS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final HttpClient client = HttpClient.newBuilder()
      .version(HttpClient.Version.HTTP_1_1)
      .executor(threads)
      .build();

  /** Plans requests that start after a delay, and returns their outcomes. */
  <T> List<CompletableFuture<T>> send(
      int port, List<Arrival> arrivals, Duration begin, Function<HttpResponse<Void>, T> seen) {
    List<CompletableFuture<T>> sent = new ArrayList<>();
    for (Arrival arrival : arrivals) {
      HttpRequest request = HttpRequest.newBuilder()
          .uri(URI.create("http://127.0.0.1:" + port + arrival.path()))
          .timeout(PATIENCE)
          .build();
      Executor due = CompletableFuture.delayedExecutor(
          begin.toMillis() + arrival.atMillis(), TimeUnit.MILLISECONDS, threads);
      CompletableFuture<?> before = CompletableFuture.runAsync(() -> {}, due);
      for (int i = 0; i <= arrival.again(); i++) {
        CompletableFuture<T> answer = before
            .thenCompose(isDue -> client.sendAsync(request, BodyHandlers.discarding()))
            .thenApply(seen);
        sent.add(answer);
        before = answer;
      }
    }
    return sent;
  }

  /** Cancels the requests that were not sent. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
