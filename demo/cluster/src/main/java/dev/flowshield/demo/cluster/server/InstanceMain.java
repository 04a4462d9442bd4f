package dev.flowshield.demo.cluster.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flowshield.StoreStats;
import dev.flowshield.engine.Limit;
import dev.flowshield.http.HttpShield;
import dev.flowshield.undertow.FlowShieldHandler;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * A process with one instance: Undertow, protected as its system properties say. It prints its
 * port, then twenty times a second how it sees the store, until its input ends or it is stopped.
 */
public final class InstanceMain {

  private static final int GLANCE_MILLIS = 50;

  /** Connections that the clients hold in reserve are not closed while they are idle. */
  private static final int PATIENCE_MILLIS = 600_000;

  private InstanceMain() {}

  /** Starts the server. */
  public static void main(String[] arguments) throws InterruptedException {
    HttpShield shield = HttpShield.fromConfiguration();
    Undertow undertow = Undertow.builder()
        .addHttpListener(0, InstanceProcess.LOOPBACK)
        .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, PATIENCE_MILLIS)
        .setHandler(FlowShieldHandler.protect(
            exchange -> exchange.getResponseSender().send("Hello\n", UTF_8), shield))
        .build();
    undertow.start();
    InetSocketAddress bound =
        (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
    Thread watch = new Thread(InstanceMain::endWithTheInput, "watches the input");
    watch.setDaemon(true);
    watch.start();
    System.out.println(InstanceProcess.PORT + bound.getPort());
    while (!System.out.checkError()) {
      shield
          .stats()
          .limit(Limit.EVERYONE)
          .store()
          .ifPresent(store -> System.out.println(InstanceProcess.STORE + line(store)));
      Thread.sleep(GLANCE_MILLIS);
    }
    Runtime.getRuntime().halt(0);
  }

  private static String line(StoreStats store) {
    return new StoreView(
            store.isAvailable(),
            TimeUnit.NANOSECONDS.toMicros(store.stateDuration().toNanos()),
            store.instances(),
            store.withoutStore())
        .line();
  }

  /** The process that has started this one holds its input, and has gone when that ends. */
  private static void endWithTheInput() {
    try {
      while (System.in.read() >= 0) { // nothing is said to it
      }
    } catch (IOException gone) {
      System.err.println(gone);
    }
    Runtime.getRuntime().halt(0);
  }
}
