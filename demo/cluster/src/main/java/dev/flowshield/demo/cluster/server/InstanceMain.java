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
 * A process with one instance: Undertow, protected according to its system properties. It prints
 * its port, then its view of the store twenty times a second, until its input ends or it is
 * stopped.
 */
public final class InstanceMain {

  private static final int GLANCE_MILLIS = 50;

  /** The timeout of idle connections, which the clients hold in reserve. */
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

  /** Exits when the input ends, which shows that the parent process has exited. */
  private static void endWithTheInput() {
    try {
      while (System.in.read() >= 0) { // no input is expected
      }
    } catch (IOException gone) {
      System.err.println(gone);
    }
    Runtime.getRuntime().halt(0);
  }
}
