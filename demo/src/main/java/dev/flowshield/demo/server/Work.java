package dev.flowshield.demo.server;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;

/**
 * What the server does for each request: holds a worker for a while, as a call to a database does,
 * then answers.
 *
 * <p>It waits and does not compute, so that the capacity is a matter of workers and not of the
 * machine that the demo runs on.
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
