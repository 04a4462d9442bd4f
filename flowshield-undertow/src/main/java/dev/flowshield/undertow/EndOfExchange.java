package dev.flowshield.undertow;

import dev.flowshield.http.HttpAdmitted;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;

/** Closes the admission when the exchange is complete: answered, failed, or given up after the client went away. */
final class EndOfExchange implements ExchangeCompletionListener {

  private static final int SERVER_ERROR = 500;

  private final HttpAdmitted admitted;

  private EndOfExchange(HttpAdmitted admitted) {
    this.admitted = admitted;
  }

  /** To be called before the exchange gets to anyone who could complete it. */
  static void watch(HttpServerExchange exchange, HttpAdmitted admitted) {
    try {
      exchange.addExchangeCompleteListener(new EndOfExchange(admitted));
    } catch (IllegalStateException alreadyComplete) { // then nobody would ever close it
      admitted.close();
      throw alreadyComplete;
    }
  }

  @Override
  public void exchangeEvent(HttpServerExchange exchange, NextListener nextListener) {
    if (exchange.getStatusCode() >= SERVER_ERROR) {
      admitted.failed();
    }
    admitted.close();
    nextListener.proceed();
  }
}
