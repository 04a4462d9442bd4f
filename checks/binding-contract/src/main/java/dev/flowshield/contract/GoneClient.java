package dev.flowshield.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that sends a request and goes away, over either version of HTTP. */
interface GoneClient extends AutoCloseable {

  /** The versions of HTTP that such a client speaks. */
  enum Protocol {
    HTTP_1,
    HTTP_2;

    List<Exit> exits() {
      return this == HTTP_1
          ? List.of(Exit.CLOSE, Exit.ABORT, Exit.HALF_CLOSE)
          : List.of(Exit.values());
    }

    GoneClient client(int port) {
      return this == HTTP_1 ? new OverHttp1(port) : new OverHttp2(port);
    }
  }

  /** The ways of going away. */
  enum Exit {
    /** Closes the connection. */
    CLOSE,
    /** Resets the connection. */
    ABORT,
    /** Closes the sending side of the connection. */
    HALF_CLOSE,
    /** Resets the streams and keeps the connection. */
    RESET,
    /** Sends GOAWAY and closes the connection. */
    GO_AWAY
  }

  /** Sends a request without a body. */
  void ask(String path, String... headers) throws IOException;

  /** Sends a request with one of a thousand bytes of its body. */
  void askWithHalfABody(String path) throws IOException;

  /** Sends part of the head of a request. */
  void askWithHalfAHead(String path) throws IOException;

  /** Waits for the head of the newest response, and for the first byte of its body. */
  void awaitBody() throws IOException;

  /** Waits until the server leaves HTTP or pushes, and for the first byte after that. */
  void awaitMore() throws IOException;

  /** Goes away in the given way, or in the nearest possible way. */
  void leave(Exit exit) throws IOException;

  /** Waits until the server has noticed, if that can be known. */
  void awaitNotice();

  @Override
  void close() throws IOException;

  /** A client with a connection for each request. */
  final class OverHttp1 implements GoneClient {

    private final int port;
    private final List<Connection> connections = new ArrayList<>();

    private OverHttp1(int port) {
      this.port = port;
    }

    private Connection connect() throws IOException {
      Connection connection = Connection.narrow(port);
      connections.add(connection);
      return connection;
    }

    private Connection newest() {
      return connections.get(connections.size() - 1);
    }

    @Override
    public void ask(String path, String... headers) throws IOException {
      connect().send("GET", path, headers);
    }

    @Override
    public void askWithHalfABody(String path) throws IOException {
      connect().send("POST", path, "Content-Length: 1000");
      newest().write("x");
    }

    @Override
    public void askWithHalfAHead(String path) throws IOException {
      connect().write("GET " + path + " HTTP/1.1\r\nHo");
    }

    @Override
    public void awaitBody() throws IOException {
      assertThat(newest().readHead().status()).isIn(200, 206);
      newest().readFirst();
    }

    @Override
    public void awaitMore() throws IOException {
      assertThat(newest().readHead().status()).isEqualTo(101);
    }

    @Override
    public void leave(Exit exit) throws IOException {
      for (Connection connection : connections) {
        switch (exit) {
          case CLOSE -> connection.close();
          case ABORT -> connection.abort();
          case HALF_CLOSE -> connection.halfClose();
          default -> throw new IllegalArgumentException(exit + " needs HTTP/2");
        }
      }
    }

    @Override
    public void awaitNotice() {}

    @Override
    public void close() throws IOException {
      for (Connection connection : connections) {
        connection.close();
      }
    }
  }

  /** A client with a stream for each request, on one connection. */
  final class OverHttp2 implements GoneClient {

    private static final int WINDOW = 65_535; // bytes

    private final int port;
    private @Nullable Http2Connection connection;
    private final List<Integer> streams = new ArrayList<>();

    private OverHttp2(int port) {
      this.port = port;
    }

    private Http2Connection connection() throws IOException {
      if (connection == null) {
        connection = Http2Connection.to(port, WINDOW);
      }
      return connection;
    }

    private int newest() {
      return streams.get(streams.size() - 1);
    }

    @Override
    public void ask(String path, String... headers) throws IOException {
      streams.add(connection().get(path, headers));
    }

    @Override
    public void askWithHalfABody(String path) throws IOException {
      streams.add(connection().post(path));
      connection().data(newest(), 1, false);
    }

    @Override
    public void askWithHalfAHead(String path) throws IOException {
      connection().halfAHead(path);
    }

    @Override
    public void awaitBody() throws IOException {
      connection().awaitHead(newest());
      connection().awaitData(newest());
    }

    @Override
    public void awaitMore() throws IOException {
      int pushed = connection().awaitPromise();
      streams.add(pushed);
      connection().awaitHead(pushed);
    }

    @Override
    public void leave(Exit exit) throws IOException {
      switch (exit) {
        case CLOSE -> connection().close();
        case ABORT -> connection().abort();
        case HALF_CLOSE -> connection().halfClose();
        case RESET -> {
          for (int stream : streams) {
            connection().reset(stream);
          }
        }
        case GO_AWAY -> {
          connection().goAway();
          connection().close();
        }
      }
    }

    @Override
    public void awaitNotice() {
      try {
        connection().ping();
      } catch (IOException ended) { // by this client, or by a server that rejects more resets
        assertThat(ended).isInstanceOfAny(EOFException.class, SocketException.class);
      }
    }

    @Override
    public void close() throws IOException {
      connection().close();
    }
  }
}
