package dev.flowshield.undertow;

import dev.flowshield.contract.ServerUnderTest;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;

/** Starts servers for tests. */
final class Servers {

  private static final int SHUTDOWN_MILLIS = 100;

  private Servers() {}

  static ServerUnderTest start(HttpHandler root) {
    return start(root, Undertow.builder());
  }

  /**
   * Starts a server with the given number of workers, which have little time when it is stopped.
   */
  static ServerUnderTest start(HttpHandler root, int workers) {
    return start(
        root,
        Undertow.builder()
            .setWorkerThreads(workers)
            .setServerOption(UndertowOptions.SHUTDOWN_TIMEOUT, SHUTDOWN_MILLIS));
  }

  private static ServerUnderTest start(HttpHandler root, Undertow.Builder builder) {
    Undertow server = builder
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
