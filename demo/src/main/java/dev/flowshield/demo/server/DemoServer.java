package dev.flowshield.demo.server;

import io.undertow.Undertow;
import io.undertow.server.HandlerWrapper;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;

/**
 * Undertow on the loopback address, with a fixed number of workers and all else as it comes: a
 * request that finds no worker free waits in the server's queue, which has no end.
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
   * @param port where it listens, 0 for any free port
   * @param workers how many requests are worked at together
   * @param each the work for one request
   * @param protection puts a handler in front of the work, or leaves it as it is
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

  /** Where to send requests. */
  public URI address() {
    InetSocketAddress bound =
        (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
    return URI.create("http://" + LOOPBACK + ":" + bound.getPort());
  }

  /** How many requests it has accepted and not finished. */
  public int inFlight() {
    return inFlight.count();
  }

  @Override
  public void close() {
    undertow.stop();
  }
}
