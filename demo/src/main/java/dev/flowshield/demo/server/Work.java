package dev.flowshield.demo.server;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;

/**
 * The work of the server for each request: it holds a worker for a while, like a call to a
 * database, then responds.
 *
 * <p>It waits and does not compute, so that the capacity depends on the workers and not on the
 * machine.
 */
final class Work implements HttpHandler {

  private final Duration each;

  Work(Duration each) {
    this.each = each;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws InterruptedException {
    if (exchange.isInIoThread()) {
      exchange.dispatch(this);
      return;
    }
    Thread.sleep(each.toMillis());
    exchange.getResponseSender().send("done\n");
  }
}
