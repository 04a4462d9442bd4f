package dev.flowshield.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A client that holds connections whose requests make almost no progress. Neither the client nor
 * the server works.
 */
final class SlowClient implements AutoCloseable {

  /** The ways of being slow. */
  enum Way {
    /** Sends a byte per second of a body that the application reads. */
    DRIPPED_BODY,
    /** Declares a body that never arrives. */
    MISSING_BODY,
    /** Requests a large response, and never reads it. */
    UNREAD_RESPONSE,
    /** Sends a byte per second of the head of its request. */
    DRIPPED_HEAD,
    /** Requests large responses. Ten times a second, aborts one of them and sends a new request. */
    ABORTED_RESPONSE,
    /** Opens HTTP/2 streams for bodies that never arrive, {@value #STREAMS} on each connection. */
    MISSING_BODY_OF_STREAM
  }

  private static final int BODY = 1000; // bytes
  private static final int STREAMS = 25; // a server allows a hundred or more

  private final Way way;
  private final int port;
  private final List<Connection> connections = new ArrayList<>(); // guarded by itself
  private final List<Http2Connection> overHttp2 = new ArrayList<>(); // guarded by itself
  private int streams; // guarded by the connections, like the next one
  private int from;
  private final ScheduledExecutorService eachSecond = Executors.newSingleThreadScheduledExecutor();

  @SuppressWarnings("FutureReturnValueIgnored") // ends with its client
  SlowClient(Way way, int port) {
    this.way = way;
    this.port = port;
    if (way == Way.DRIPPED_BODY || way == Way.DRIPPED_HEAD) {
      eachSecond.scheduleAtFixedRate(this::drip, 1, 1, TimeUnit.SECONDS);
    }
    if (way == Way.ABORTED_RESPONSE) {
      eachSecond.scheduleAtFixedRate(this::askAnew, 100, 100, TimeUnit.MILLISECONDS);
    }
  }

  /** Opens connections from 127.0.0.{@code host} until the given total is reached. */
  void hold(int total, int host) throws IOException {
    synchronized (connections) {
      from = host;
      if (way == Way.MISSING_BODY_OF_STREAM) {
        holdStreams(total, host);
      }
      while (way != Way.MISSING_BODY_OF_STREAM && connections.size() < total) {
        Connection connection = Connection.narrow(host, port);
        connections.add(connection);
        begin(connection);
      }
    }
  }

  private void holdStreams(int total, int host) throws IOException {
    for (; streams < total; streams++) {
      if (streams % STREAMS == 0) {
        overHttp2.add(Http2Connection.from(host, port, 65_535));
      }
      overHttp2.get(overHttp2.size() - 1).post("/echo");
    }
  }

  private void begin(Connection connection) throws IOException {
    switch (way) {
      case DRIPPED_BODY -> {
        connection.send("POST", "/echo", "Content-Length: " + BODY);
        connection.write("x");
      }
      case MISSING_BODY -> connection.send("POST", "/echo", "Content-Length: " + BODY);
      case UNREAD_RESPONSE, ABORTED_RESPONSE -> connection.send("GET", "/stream");
      case DRIPPED_HEAD -> connection.write("GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
      case MISSING_BODY_OF_STREAM -> throw new IllegalStateException("not a connection each");
    }
  }

  private void drip() {
    synchronized (connections) {
      for (Connection connection : connections) {
        connection.tryWrite("x");
      }
    }
  }

  /** Aborts the oldest connection, and opens another one. */
  private void askAnew() {
    synchronized (connections) {
      try {
        if (!connections.isEmpty()) {
          connections.remove(0).abort();
          hold(connections.size() + 1, from);
        }
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
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
      connections.clear();
      for (Http2Connection connection : overHttp2) {
        connection.close();
      }
    }
  }
}
