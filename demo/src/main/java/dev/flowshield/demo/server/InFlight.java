package dev.flowshield.demo.server;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A counter of the requests that the work behind it has accepted and not finished, whether they are
 * processed or wait for a worker.
 */
final class InFlight implements HttpHandler {

  private final HttpHandler next;
  private final AtomicInteger count = new AtomicInteger();

  InFlight(HttpHandler next) {
    this.next = next;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    count.incrementAndGet();
    exchange.addExchangeCompleteListener((ended, listener) -> {
      count.decrementAndGet();
      listener.proceed();
    });
    next.handleRequest(exchange);
  }

  int count() {
    return count.get();
  }
}
