package dev.flowshield.contract;

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

/** Simultaneous requests to a server whose work blocks the reading thread. */
public final class Burst {

  private static final int PATIENCE_SECONDS = 30;

  private Burst() {}

  /** Sends the given number of requests, and returns the statuses of the responses. */
  public static List<Integer> statuses(ServerUnderTest server, int requests) throws Exception {
    HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    HttpRequest request = HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.port() + "/"))
        .build();
    List<CompletableFuture<HttpResponse<Void>>> asked = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      asked.add(client.sendAsync(request, BodyHandlers.discarding()));
    }
    List<Integer> statuses = new ArrayList<>();
    for (CompletableFuture<HttpResponse<Void>> each : asked) {
      statuses.add(each.get(PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode());
    }
    return statuses;
  }

  /** Holds the calling thread for the given milliseconds. */
  public static void work(int millis) {
    try {
      if (new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS)) {
        throw new AssertionError("nothing counts down");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
