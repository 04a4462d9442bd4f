package dev.flowshield.redis;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/**
 * Stands between a client and a server of this machine, and delays or spoils what goes back, in the
 * order in which it came.
 */
final class FaultyProxy implements AutoCloseable {

  private final ServerSocket listener;
  private final ScheduledExecutorService line = Executors.newSingleThreadScheduledExecutor(task -> {
    Thread thread = new Thread(task, "faulty-proxy-line");
    thread.setDaemon(true);
    return thread;
  });
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private volatile int target;
  private volatile long delayMillis;
  private volatile long beginningMillis;
  private volatile IntPredicate slowOnes = number -> true;
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

  /** Returns how many connections were made to it. */
  int accepted() {
    return accepted.get();
  }

  /** Leads connections from now on to another server; those that are open stay where they are. */
  void leadTo(int port) {
    target = port;
  }

  /** Delays each reply by so long. */
  void delay(Duration time) {
    delayMillis = time.toMillis();
  }

  /**
   * Delays the first reply of each connection that is made from now on by so long, and with it all
   * others; of those that are chosen by their number, which begins at 0 again.
   */
  void delayBeginning(Duration time, IntPredicate chosen) {
    accepted.set(0);
    slowOnes = chosen;
    beginningMillis = time.toMillis();
  }

  /** Ends all connections. */
  void cut() {
    sockets.forEach(FaultyProxy::close);
    sockets.clear();
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
        boolean isSlow = slowOnes.test(accepted.getAndIncrement());
        sockets.add(client);
        Socket server;
        try {
          server = new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException refused) {
          client.close();
          continue;
        }
        sockets.add(server);
        long from = System.nanoTime() + (isSlow ? MILLISECONDS.toNanos(beginningMillis) : 0);
        begin(() -> copyRequests(client, server));
        begin(() -> copyReplies(server, client, from));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void copyRequests(Socket from, Socket to) {
    byte[] buffer = new byte[65_536];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        out.write(buffer, 0, length);
      }
    } catch (IOException closed) {
      // by the other end
    }
  }

  /** Copies replies, none of them before a time. The last piece is empty. */
  private void copyReplies(Socket from, Socket to, long notBefore) {
    byte[] buffer = new byte[65_536];
    Queue<byte[]> pieces =
        new ConcurrentLinkedQueue<>(); // as the line may swap what is due at once
    long due = notBefore;
    try (from;
        InputStream in = from.getInputStream()) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        pieces.add(Arrays.copyOf(buffer, length));
        due = Math.max(due, System.nanoTime() + MILLISECONDS.toNanos(delayMillis));
        schedule(pieces, to, due);
      }
    } catch (IOException closed) {
      // by the other end
    }
    pieces.add(new byte[0]);
    schedule(pieces, to, due);
  }

  private void schedule(Queue<byte[]> pieces, Socket to, long due) {
    if (!line.isShutdown()) {
      Future<?> unused =
          line.schedule(() -> write(pieces.remove(), to), due - System.nanoTime(), NANOSECONDS);
    }
  }

  private void write(byte[] piece, Socket to) {
    try {
      if (piece.length == 0) {
        to.close();
      } else if (cutsReplies) {
        to.getOutputStream().write(piece, 0, Math.max(1, piece.length / 2));
        to.setSoLinger(true, 0); // a reset
        to.close();
      } else {
        to.getOutputStream().write(spoiling.apply(piece));
      }
    } catch (IOException closed) {
      // by the other end
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    cut();
    line.shutdownNow();
  }
}
