package dev.flowshield.demo;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.OverLimit;
import dev.flowshield.engine.Refusal;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;

/** Asks the shield before the work is started, on the thread that read the request. */
record Shielded(HttpHandler next, FlowShield shield) implements HttpHandler {

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    Admission admission = shield.admit(exchange.getSourceAddress().getAddress().getHostAddress());
    if (admission instanceof Refusal refusal) {
      exchange.setStatusCode(refusal instanceof OverLimit ? 429 : 503);
      exchange.endExchange();
      return;
    }
    Admitted admitted = (Admitted) admission;
    exchange.addExchangeCompleteListener((ended, listener) -> {
      admitted.close();
      listener.proceed();
    });
    next.handleRequest(exchange);
  }
}
