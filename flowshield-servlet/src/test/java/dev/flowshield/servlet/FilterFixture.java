package dev.flowshield.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.flowshield.engine.ShieldStats;
import dev.flowshield.http.HttpShield;
import dev.flowshield.testkit.ManualTicker;
import jakarta.servlet.AsyncContext;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A container with one web application, a shield for it and a client. For one test, which stops the
 * container.
 */
final class FilterFixture {

  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final Container.Starter starter;
  private final HttpShield shield = HttpShield.builder()
      .perClient("1000/s")
      .operations(o -> o.ticker(ManualTicker.atZero()))
      .build();
  private final BlockingQueue<AsyncContext> begun = new LinkedBlockingQueue<>();
  private @Nullable Container container;

  FilterFixture(Container.Starter starter) {
    this.starter = starter;
  }

  /** A shield that rejects nothing. */
  HttpShield shield() {
    return shield;
  }

  /** Starts the application without a shield. */
  Container start(Container.Application application) throws Exception {
    container = starter.start(context -> {
      application.start(context);
      // Else Tomcat would answer what no servlet has without a look at the filters.
      Endpoint.at("/", context, (request, response) -> response.getWriter().print("in"));
    });
    return container;
  }

  /** Starts the application behind the shield. */
  void startProtected(Container.Application application) throws Exception {
    start(context -> {
      FlowShieldFilter.protect(context, shield);
      application.start(context);
    });
  }

  HttpResponse<String> get(String path) throws Exception {
    return send("GET", path);
  }

  HttpResponse<String> send(String method, String path) throws Exception {
    return sending(method, path).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  HttpResponse<String> send(HttpRequest request) throws Exception {
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** Sends a request, and waits for nothing. */
  CompletableFuture<HttpResponse<String>> sending(String method, String path) {
    HttpRequest request = HttpRequest.newBuilder(running().uri(path))
        .method(method, HttpRequest.BodyPublishers.noBody())
        .build();
    return CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofString());
  }

  /** The container, which has to be started before. */
  Container running() {
    if (container == null) {
      throw new IllegalStateException("start the container first");
    }
    return container;
  }

  /** Notes what the application has begun. */
  void begun(AsyncContext context) {
    begun.add(context);
  }

  /** Waits for the application to begin what it goes on with asynchronously. */
  AsyncContext awaitBegun() throws InterruptedException {
    AsyncContext context = begun.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(context).as("an async context begun").isNotNull();
    return context;
  }

  /**
   * The stats when nothing is in flight any more; an answer may reach its client before its request
   * has ended.
   */
  ShieldStats settled() {
    return assertTimeoutPreemptively(PATIENCE, () -> {
      ShieldStats stats = shield.stats();
      while (stats.inFlight() != 0) {
        Thread.onSpinWait();
        stats = shield.stats();
      }
      return stats;
    });
  }

  void stop() throws Exception {
    if (container != null) {
      container.stop();
    }
  }
}
