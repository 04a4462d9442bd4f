package dev.flowshield.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;

/**
 * A raw connection to the server, which sends and reads single bytes. Reads time out after ten
 * seconds by default.
 */
public final class Connection implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 10_000;
  private static final int DRIP_MILLIS = 100;
  private static final int NARROW = 4096; // bytes

  private final Socket socket;
  private final InputStream in;

  private Connection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /** Connects from 127.0.0.1. */
  public static Connection to(int port) throws IOException {
    return from(1, port);
  }

  /** Connects from 127.0.0.{@code host}. */
  public static Connection from(int host, int port) throws IOException {
    return connect(new Socket(), host, port);
  }

  /** Connects to the address of a server, from an address of its family. */
  public static Connection to(InetSocketAddress server) throws IOException {
    return connect(new Socket(), server);
  }

  /** Connects from 127.0.0.1 with a small receive buffer, so that no server can write ahead. */
  public static Connection narrow(int port) throws IOException {
    return narrow(1, port);
  }

  /** Connects like {@link #narrow(int)}, from 127.0.0.{@code host}. */
  static Connection narrow(int host, int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(NARROW);
    return connect(socket, host, port);
  }

  private static Connection connect(Socket socket, int host, int port) throws IOException {
    socket.bind(new InetSocketAddress(loopback(host), 0));
    return connect(socket, new InetSocketAddress(loopback(1), port));
  }

  private static Connection connect(Socket socket, InetSocketAddress server) throws IOException {
    socket.connect(server, PATIENCE_MILLIS);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    return new Connection(socket);
  }

  /** Sets the timeout of reads. */
  public void readTimeout(Duration atMost) throws IOException {
    socket.setSoTimeout((int) atMost.toMillis());
  }

  /**
   * Sends a GET request and reads the response. Headers are whole lines, such as {@code Accept:
   * text/plain}.
   */
  public WireResponse get(String path, String... headers) throws IOException {
    send("GET", path, headers);
    return read();
  }

  /** Sends a HEAD request and reads the response, which has no body. */
  public WireResponse head(String path) throws IOException {
    send("HEAD", path);
    return WireResponse.read(in, false);
  }

  /** Sends the head of a request. */
  public void send(String method, String path, String... headers) throws IOException {
    StringBuilder head =
        new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    write(head.append("\r\n").toString());
  }

  /** Sends text unchanged. */
  public void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /** Sends text to a server that may have stopped listening. */
  public void tryWrite(String text) {
    try {
      write(text);
    } catch (IOException closed) {
      assertThat(closed).isInstanceOf(SocketException.class);
    }
  }

  /** Reads a response that may have a body. */
  public WireResponse read() throws IOException {
    return WireResponse.read(in, true);
  }

  /** Reads the head of a response, but not its body. */
  public WireResponse readHead() throws IOException {
    return WireResponse.read(in, false);
  }

  /** Reads the first byte of a body. */
  public void readFirst() throws IOException {
    assertThat(in.read()).as("a byte of the body").isNotNegative();
  }

  /**
   * Reads a response that may have a body. Returns an empty list if the server has ended the
   * connection instead.
   */
  public List<WireResponse> readUnlessEnded() throws IOException {
    try {
      return List.of(read());
    } catch (EOFException | SocketException ended) {
      return List.of();
    }
  }

  /** Returns whether the server ends the connection now, without sending more. */
  public boolean isEnded() {
    try {
      return in.read() < 0;
    } catch (SocketTimeoutException open) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  /** Reads until the server ends the response, by its last chunk or with the connection. */
  void awaitEndOfStream() throws IOException {
    try {
      readUntil("\r\n0\r\n\r\n");
    } catch (EOFException | SocketException ended) {
      // the connection ends the response, too
    }
  }

  /** Reads until the given text has arrived. */
  void readUntil(String end) throws IOException {
    StringBuilder last = new StringBuilder();
    while (!last.toString().equals(end)) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the connection ended before '" + end.strip() + "' came");
      }
      last.append((char) next);
      last.delete(0, Math.max(0, last.length() - end.length()));
    }
  }

  /**
   * Sends the text and then zeros, ten bytes a second. Returns whether the server ends the
   * connection meanwhile, without sending more.
   */
  boolean isEndedWhileItDrips(String first, Duration atMost) throws IOException {
    socket.setSoTimeout(DRIP_MILLIS);
    for (int i = 0; i < atMost.toMillis() / DRIP_MILLIS; i++) {
      try {
        write(i < first.length() ? first.substring(i, i + 1) : "0");
      } catch (SocketException closed) {
        return true;
      }
      if (isEnded()) {
        return true;
      }
    }
    return false;
  }

  /** Resets the connection, like a client whose cable was cut. */
  public void abort() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Closes the sending side only. */
  void halfClose() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  static InetAddress loopback(int host) throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) host});
  }
}
