package dev.flowshield.examples;

import dev.flowshield.http.HttpShield;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;

/** An Undertow handler behind the shield. */
public final class UndertowExample {

  private UndertowExample() {}

  /** Prints three responses, the last of which is a rejection. */
  public static void main(String[] arguments) throws Exception {
    HttpShield shield = HttpShield.builder().perClient("2/min").build();
    Undertow server = start("127.0.0.1", 0, shield);
    InetSocketAddress address =
        (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
    Visitor.visit(address.getPort());
    server.stop();
  }

  // snippet: undertow
  static Undertow start(String host, int port, HttpShield shield) {
    HttpHandler app = exchange -> exchange.getResponseSender().send("hello");
    Undertow server = Undertow.builder()
        .addHttpListener(port, host)
        .setHandler(FlowShieldHandler.protect(app, shield))
        .build();
    server.start();
    return server;
  }
  // end
}
