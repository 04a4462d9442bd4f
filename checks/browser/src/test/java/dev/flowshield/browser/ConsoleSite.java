package dev.flowshield.browser;

import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.Penalty;
import dev.flowshield.http.HttpShield;
import dev.flowshield.http.HttpShieldBuilder;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Undertow;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/** A server with a console, and clients behind a proxy that it trusts, which send requests. */
final class ConsoleSite implements AutoCloseable {

  private final HttpShield shield;
  private final Undertow server;
  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicBoolean isOpen = new AtomicBoolean(true);
  private final CountDownLatch released = new CountDownLatch(1);

  ConsoleSite(UnaryOperator<HttpShieldBuilder> settings) {
    HttpShieldBuilder builder = HttpShield.builder()
        .perClient("20/s burst 40")
        .limit(Limit.each("login", "10/s burst 20")
            .withPenalty(Penalty.after(10_000, Duration.ofHours(1))
                .withBlocks(Duration.ofMinutes(5), Duration.ofHours(1))))
        .policies("GET /search * 50/s name=search")
        .inFlight(InFlightLimit.of(50))
        .clients(c -> c.trustedProxies("127.0.0.1"));
    this.shield = settings.apply(builder).build();
    this.server = Undertow.builder()
        .addHttpListener(0, "127.0.0.1")
        .setHandler(FlowShieldHandler.protect(
            exchange -> {
              if (exchange.getRequestPath().equals("/slow")) {
                exchange.dispatch(() -> {
                  try {
                    released.await();
                  } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                  }
                  exchange.endExchange();
                });
                return;
              }
              exchange.getResponseSender().send("hello");
            },
            shield))
        .build();
    server.start();
  }

  HttpShield shield() {
    return shield;
  }

  String url(String path) {
    return "http://localhost:" + port() + path;
  }

  int port() {
    return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
  }

  /** Sends requests of a client until the site is closed. */
  void load(String client, String path, int perSecond) {
    Thread sender = new Thread(
        () -> {
          while (isOpen.get()) {
            send(client, path);
            try {
              Thread.sleep(Math.max(1, 1_000 / perSecond));
            } catch (InterruptedException stopped) {
              return;
            }
          }
        },
        "load of " + client);
    sender.setDaemon(true);
    sender.start();
  }

  /** Sends a request, and does not wait for its end. */
  void send(String client, String path) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url(path)))
        .header("X-Forwarded-For", client)
        .build();
    var unused = http.sendAsync(request, BodyHandlers.discarding());
  }

  @Override
  public void close() {
    isOpen.set(false);
    released.countDown();
    server.stop();
  }
}
