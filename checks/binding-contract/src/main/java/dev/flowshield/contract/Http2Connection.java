package dev.flowshield.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * A raw HTTP/2 connection to the server, which sends and reads single frames, without TLS and with
 * prior knowledge. It can reset, half-close and abort at any moment. Reads time out after ten
 * seconds.
 *
 * <p>Sources: RFC 9113 (frames), RFC 7541 (headers; written without Huffman coding and without the
 * dynamic table, and not decoded).
 */
public final class Http2Connection implements AutoCloseable {

  /** The types of frames, see RFC 9113, section 6. */
  private static final int DATA = 0;

  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PUSH_PROMISE = 5;
  private static final int PING = 6;
  private static final int GOAWAY = 7;

  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  private static final short SETTING_INITIAL_WINDOW = 4;
  private static final int NO_ERROR = 0;
  private static final int CANCEL = 8;
  private static final int PATIENCE_MILLIS = 10_000;

  /** The headers as indexes into the static table of RFC 7541, appendix A. */
  private static final int METHOD_GET = 0x82;

  private static final int METHOD_POST = 0x83;
  private static final int SCHEME_HTTP = 0x86;
  private static final int STATUS_200 = 0x88;

  /** The index of a header name that is followed by a value and not indexed. */
  private static final int AUTHORITY = 1;

  private static final int PATH = 4;
  private static final int NAME_FOLLOWS = 0;

  private final Socket socket;
  private final DataInputStream in;
  private int lastStream = -1;

  private Http2Connection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /** Connects from 127.0.0.1, with a stream window of the given number of bytes. */
  public static Http2Connection to(int port, int window) throws IOException {
    return from(1, port, window);
  }

  /** Connects like {@link #to}, from 127.0.0.{@code host}. */
  static Http2Connection from(int host, int port, int window) throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(Connection.loopback(host), 0));
    socket.connect(new InetSocketAddress(loopback, port), PATIENCE_MILLIS);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    Http2Connection connection = new Http2Connection(socket);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
    byte[] setting =
        ByteBuffer.allocate(6).putShort(SETTING_INITIAL_WINDOW).putInt(window).array();
    out.writeBytes(frame(SETTINGS, 0, 0, setting));
    connection.write(out.toByteArray());
    return connection;
  }

  /**
   * Sends a request without a body. Headers are whole lines, such as {@code Accept: text/plain}.
   *
   * @return the number of the stream
   */
  public int get(String path, String... headers) throws IOException {
    int stream = nextStream();
    byte[] head = headers(METHOD_GET, path, headers);
    write(frame(HEADERS, END_HEADERS | END_STREAM, stream, head));
    return stream;
  }

  /**
   * Sends a request and a reset of its stream in one write, to a server that may already refuse.
   */
  public void tryGetAndReset(String path) {
    int stream = nextStream();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(frame(HEADERS, END_HEADERS | END_STREAM, stream, headers(METHOD_GET, path)));
    out.writeBytes(frame(RST_STREAM, 0, stream, cancel()));
    try {
      write(out.toByteArray());
    } catch (IOException closed) {
      assertThat(closed).isInstanceOf(SocketException.class);
    }
  }

  /** Sends the head of a request and leaves the stream open for a body. */
  public int post(String path) throws IOException {
    int stream = nextStream();
    write(frame(HEADERS, END_HEADERS, stream, headers(METHOD_POST, path)));
    return stream;
  }

  /** Sends half a head: a HEADERS frame that must be continued. */
  public int halfAHead(String path) throws IOException {
    int stream = nextStream();
    write(frame(HEADERS, END_STREAM, stream, headers(METHOD_GET, path)));
    return stream;
  }

  /** Sends part of a body. */
  public void data(int stream, int length, boolean last) throws IOException {
    write(frame(DATA, last ? END_STREAM : 0, stream, new byte[length]));
  }

  /** Resets all streams. */
  public void resetAll() throws IOException {
    for (int stream = 1; stream <= lastStream; stream += 2) {
      reset(stream);
    }
  }

  /** Sends GOAWAY. */
  public void goAway() throws IOException {
    write(frame(GOAWAY, 0, 0, new byte[8]));
  }

  /**
   * Reads until the head of the response on a stream has arrived. Returns whether its status is
   * 200.
   */
  public boolean awaitHead(int stream) throws IOException {
    Frame head = await(HEADERS, stream);
    boolean found = false;
    while (head.payload.hasRemaining()) { // a change of the table size may precede it
      found |= (head.payload.get() & 0xff) == STATUS_200;
    }
    return found;
  }

  /**
   * Reads until the head of the response on a stream has arrived. Returns the number of pushes
   * promised before it.
   */
  int awaitHeadAndCountPromises(int stream) throws IOException {
    int promises = 0;
    Frame frame = read();
    while (frame.type != HEADERS || frame.stream != stream) {
      promises += frame.type == PUSH_PROMISE ? 1 : 0;
      frame = read();
    }
    return promises;
  }

  /** Waits until the server has read everything sent so far. */
  void ping() throws IOException {
    write(frame(PING, 0, 0, new byte[8]));
    Frame frame = read();
    while (frame.type != PING || (frame.flags & ACK) == 0) {
      frame = read();
    }
  }

  /** Reads until the first part of the body of a stream has arrived. */
  public void awaitData(int stream) throws IOException {
    await(DATA, stream);
  }

  /** Reads until the server promises a push. Returns the number of the promised stream. */
  public int awaitPromise() throws IOException {
    Frame promise = await(PUSH_PROMISE, lastStream);
    return promise.payload.getInt() & Integer.MAX_VALUE;
  }

  /** Resets a stream. */
  public void reset(int stream) throws IOException {
    write(frame(RST_STREAM, 0, stream, cancel()));
  }

  /** Reads until the response on a stream has ended. Fails if the stream is reset before. */
  public void awaitEnd(int stream) throws IOException {
    Frame frame = read();
    while (frame.stream != stream
        || (frame.type != DATA && frame.type != HEADERS)
        || (frame.flags & END_STREAM) == 0) {
      requireNoReset(frame, stream);
      frame = read();
    }
  }

  private static void requireNoReset(Frame frame, int stream) throws IOException {
    if (frame.type == RST_STREAM && frame.stream == stream) {
      throw new EOFException("the server has reset the stream, error " + frame.payload.getInt(0));
    }
  }

  /** Reads until the server has ended or reset the stream. */
  void awaitEndOrReset(int stream) throws IOException {
    Frame frame = read();
    while (frame.stream != stream
        || (frame.type != RST_STREAM && (frame.type != DATA || (frame.flags & END_STREAM) == 0))) {
      frame = read();
    }
  }

  /**
   * Reads until the server has responded on the given number of streams, starting with the first,
   * and has abandoned the rest of each request.
   */
  void awaitResets(int first, int streams) throws IOException {
    Set<Integer> reset = new HashSet<>();
    while (reset.size() < streams) {
      Frame frame = read();
      if (frame.type == RST_STREAM && frame.stream >= first) {
        assertThat(frame.payload.getInt(0)).as("error of a reset").isIn(NO_ERROR, CANCEL);
        reset.add(frame.stream);
      }
    }
  }

  /** Resets the connection, like a client whose cable was cut. */
  public void abort() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Closes the sending side, but continues to read. */
  public void halfClose() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private Frame await(int type, int stream) throws IOException {
    Frame frame = read();
    while (frame.type != type || frame.stream != stream) {
      requireNoReset(frame, stream);
      frame = read();
    }
    return frame;
  }

  private Frame read() throws IOException {
    int lengthAndType = in.readInt();
    int flags = in.readUnsignedByte();
    int stream = in.readInt() & Integer.MAX_VALUE;
    byte[] payload = in.readNBytes(lengthAndType >>> 8);
    Frame frame = new Frame(lengthAndType & 0xff, flags, stream, ByteBuffer.wrap(payload));
    if (frame.type == SETTINGS && (flags & ACK) == 0) {
      write(frame(SETTINGS, ACK, 0, new byte[0]));
    } else if (frame.type == PING && (flags & ACK) == 0) {
      write(frame(PING, ACK, 0, payload));
    } else if (frame.type == GOAWAY) {
      throw new EOFException("the server goes away, error " + frame.payload.getInt(4));
    }
    return frame;
  }

  private int nextStream() {
    lastStream += 2;
    return lastStream;
  }

  private void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  private static byte[] cancel() {
    return new byte[] {0, 0, 0, CANCEL};
  }

  private static byte[] headers(int method, String path, String... others) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(method);
    out.write(SCHEME_HTTP);
    literal(out, PATH, path);
    literal(out, AUTHORITY, "127.0.0.1");
    for (String other : others) {
      int colon = other.indexOf(':');
      out.write(NAME_FOLLOWS);
      string(out, other.substring(0, colon).toLowerCase(Locale.ROOT));
      string(out, other.substring(colon + 1).strip());
    }
    return out.toByteArray();
  }

  private static void literal(ByteArrayOutputStream out, int name, String value) {
    out.write(name);
    string(out, value);
  }

  private static void string(ByteArrayOutputStream out, String value) {
    out.write(value.length()); // below 127
    out.writeBytes(value.getBytes(US_ASCII));
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .putInt((payload.length << 8) | type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  private record Frame(int type, int flags, int stream, ByteBuffer payload) {}
}
