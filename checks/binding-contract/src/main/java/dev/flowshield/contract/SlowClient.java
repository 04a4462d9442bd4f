package dev.flowshield.contract;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A client that holds connections whose requests make next to no progress. It does no work, and
 * lets the server do none.
 */
final class SlowClient implements AutoCloseable {

  /** The ways to be slow. */
  enum Way {
    /** Sends a byte a second of a body that the application reads. */
    DRIPPED_BODY,
    /** Declares a body that never comes. */
    MISSING_BODY,
    /** Asks for much, and never reads it. */
    UNREAD_RESPONSE,
    /** Sends a byte a second of the head of its request. */
    DRIPPED_HEAD
  }

  private static final int BODY = 1000; // bytes

  private final Way way;
  private final int port;
  private final List<Connection> connections = new ArrayList<>(); // guarded by itself
  private final ScheduledExecutorService eachSecond = Executors.newSingleThreadScheduledExecutor();

  @SuppressWarnings("FutureReturnValueIgnored") // it ends with its client
  SlowClient(Way way, int port) {
    this.way = way;
    this.port = port;
    if (way == Way.DRIPPED_BODY || way == Way.DRIPPED_HEAD) {
      eachSecond.scheduleAtFixedRate(this::drip, 1, 1, TimeUnit.SECONDS);
    }
  }

  /** Opens connections from 127.0.0.{@code host} until there are this many in all. */
  void hold(int total, int host) throws IOException {
    synchronized (connections) {
      while (connections.size() < total) {
        Connection connection = Connection.narrow(host, port);
        connections.add(connection);
        begin(connection);
      }
    }
  }

  private void begin(Connection connection) throws IOException {
    switch (way) {
      case DRIPPED_BODY -> {
        connection.send("POST", "/echo", "Content-Length: " + BODY);
        connection.write("x");
      }
      case MISSING_BODY -> connection.send("POST", "/echo", "Content-Length: " + BODY);
      case UNREAD_RESPONSE -> connection.send("GET", "/stream");
      case DRIPPED_HEAD -> connection.write("GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
    }
  }

  private void drip() {
    synchronized (connections) {
      for (Connection connection : connections) {
        connection.tryWrite("x");
      }
    }
  }

  @Override
  public void close() throws IOException {
    eachSecond.shutdownNow();
    synchronized (connections) {
      for (Connection connection : connections) {
        connection.abort();
      }
    }
  }
}
