package dev.flowshield.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** Stands between a client and a server of this machine, and spoils what goes back. */
final class FaultyProxy implements AutoCloseable {

  private final ServerSocket listener;
  private volatile int target;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile long delayMillis;
  private volatile boolean cutsReplies;
  private volatile UnaryOperator<byte[]> spoiling = UnaryOperator.identity();

  FaultyProxy(int target) {
    this.target = target;
    try {
      this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    begin(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Leads connections from now on to another server; those that are open stay where they are. */
  void leadTo(int port) {
    target = port;
  }

  /** Holds each reply back for so long. */
  void delay(Duration time) {
    delayMillis = time.toMillis();
  }

  /** Whether connections are reset in the middle of a reply. */
  void cutReplies(boolean isCut) {
    cutsReplies = isCut;
  }

  /** What becomes of each piece of a reply from now on. */
  void spoil(UnaryOperator<byte[]> each) {
    spoiling = each;
  }

  private static void begin(Runnable task) {
    Thread thread = new Thread(task, "faulty-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Socket server;
        try {
          server = new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException refused) {
          client.close();
          continue;
        }
        sockets.add(server);
        begin(() -> copy(client, server, false));
        begin(() -> copy(server, client, true));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void copy(Socket from, Socket to, boolean isReply) {
    byte[] buffer = new byte[65_536];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        if (isReply && delayMillis > 0) {
          Thread.sleep(delayMillis);
        }
        if (isReply && cutsReplies) {
          out.write(buffer, 0, Math.max(1, length / 2));
          to.setSoLinger(true, 0); // a reset
          return;
        }
        byte[] piece = Arrays.copyOf(buffer, length);
        out.write(isReply ? spoiling.apply(piece) : piece);
      }
    } catch (IOException closed) {
      // by the other end
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
