package example;

import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;

public final class Main {

  private Main() {}

  public static void main(String[] args) {
    HttpHandler app = exchange -> exchange.getResponseSender().send("Hello\n");

    Undertow.builder()
        .addHttpListener(8080, "127.0.0.1")
        .setHandler(FlowShieldHandler.protect(app))
        .build()
        .start();
  }
}
