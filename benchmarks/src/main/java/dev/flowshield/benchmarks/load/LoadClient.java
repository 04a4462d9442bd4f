package dev.flowshield.benchmarks.load;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A client with a single thread and one pending request on each open connection, like wrk. The load
 * is closed: a slower server receives fewer requests, and the latency includes the wait of the
 * others.
 */
final class LoadClient implements Closeable {

  static final int CONNECTIONS = 32;

  private final Selector selector = Selector.open();
  private final List<Connection> connections = new ArrayList<>();
  private final byte[][] requests;
  private int next;

  /** Connects. The requests are sent in turn. */
  LoadClient(int port, byte[][] requests) throws IOException {
    this.requests = requests;
    for (int i = 0; i < CONNECTIONS; i++) {
      connections.add(new Connection(port));
    }
  }

  /** Sends requests for the given time, then waits for all responses. */
  Sample ask(long nanos) throws IOException {
    Sample sample = new Sample();
    long startedAt = System.nanoTime();
    for (Connection connection : connections) {
      connection.send(System.nanoTime());
    }
    int open = connections.size();
    while (open > 0) {
      if (selector.select(5_000) == 0) {
        throw new IllegalStateException("a server must answer within 5 s, got no answer");
      }
      for (SelectionKey key : selector.selectedKeys()) {
        Connection connection = (Connection) key.attachment();
        if (!connection.readAnswer()) {
          continue;
        }
        long now = System.nanoTime();
        sample.add(now - connection.sentAt, connection.status);
        if (now - startedAt < nanos) {
          connection.send(now);
        } else {
          open--;
        }
      }
      selector.selectedKeys().clear();
    }
    sample.took(System.nanoTime() - startedAt);
    return sample;
  }

  @Override
  public void close() throws IOException {
    for (Connection connection : connections) {
      connection.channel.close();
    }
    selector.close();
  }

  private final class Connection {

    private final SocketChannel channel;
    private final ByteBuffer out = ByteBuffer.allocateDirect(1024);
    private final ByteBuffer in = ByteBuffer.allocateDirect(8192);
    private final byte[] seen = new byte[8192];
    private long sentAt;
    private int status;

    Connection(int port) throws IOException {
      channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
    }

    void send(long now) throws IOException {
      out.clear();
      out.put(requests[next]).flip();
      next = next + 1 < requests.length ? next + 1 : 0;
      sentAt = now;
      while (out.hasRemaining()) {
        channel.write(out);
      }
    }

    /** Reads and discards a response. Returns whether it is complete. */
    boolean readAnswer() throws IOException {
      if (channel.read(in) < 0) {
        throw new IllegalStateException("a server must keep connections open, got one closed");
      }
      int length = in.position();
      in.get(0, seen, 0, length);
      int head = Answer.headLength(seen, length);
      if (head < 0 || length < head + Answer.contentLength(seen, head)) {
        return false;
      }
      status = Answer.status(seen);
      in.clear();
      return true;
    }
  }
}
