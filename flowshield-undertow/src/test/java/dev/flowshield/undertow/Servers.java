package dev.flowshield.undertow;

import dev.flowshield.contract.ServerUnderTest;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;

/** Starts servers for tests. */
final class Servers {

  private Servers() {}

  static ServerUnderTest start(HttpHandler root) {
    Undertow server = Undertow.builder()
        .addHttpListener(0, "127.0.0.1")
        .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
        .setHandler(root)
        .build();
    server.start();
    InetSocketAddress address =
        (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
    return new ServerUnderTest(address.getPort(), server::stop);
  }
}
