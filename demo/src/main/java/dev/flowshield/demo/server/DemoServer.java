package dev.flowshield.demo.server;

import io.undertow.Undertow;
import io.undertow.server.HandlerWrapper;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;

/**
 * Undertow on the loopback address, with a fixed number of workers and otherwise default settings.
 * A request that finds no free worker waits in the unbounded queue of the server.
 */
public final class DemoServer implements AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";

  private final Undertow undertow;
  private final InFlight inFlight;

  private DemoServer(Undertow undertow, InFlight inFlight) {
    this.undertow = undertow;
    this.inFlight = inFlight;
  }

  /**
   * Starts a server.
   *
   * @param port the port, 0 for any free port
   * @param workers the number of requests that are processed at a time
   * @param each the work for one request
   * @param protection adds a handler in front of the work, or returns it unchanged
   */
  public static DemoServer start(int port, int workers, Duration each, HandlerWrapper protection) {
    InFlight inFlight = new InFlight(new Work(each));
    Undertow undertow = Undertow.builder()
        .addHttpListener(port, LOOPBACK)
        .setWorkerThreads(workers)
        .setHandler(protection.wrap(inFlight))
        .build();
    undertow.start();
    return new DemoServer(undertow, inFlight);
  }

  /** Returns the address for requests. */
  public URI address() {
    InetSocketAddress bound =
        (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
    return URI.create("http://" + LOOPBACK + ":" + bound.getPort());
  }

  /** Returns the number of requests accepted and not finished. */
  public int inFlight() {
    return inFlight.count();
  }

  @Override
  public void close() {
    undertow.stop();
  }
}
