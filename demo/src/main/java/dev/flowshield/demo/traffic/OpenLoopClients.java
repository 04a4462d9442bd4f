package dev.flowshield.demo.traffic;

import dev.flowshield.Ticker;
import io.undertow.client.ClientCallback;
import io.undertow.client.ClientConnection;
import io.undertow.client.ClientRequest;
import io.undertow.client.UndertowClient;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;

/**
 * Clients that send on schedule, regardless of the server.
 *
 * <p>Every connection is opened before the traffic starts and kept, each for one request at a time.
 * A request that is due while all connections of its client wait for responses fails at once. It is
 * not delayed, because the load would then follow the server. One thread sends and receives all
 * requests and never blocks.
 */
public final class OpenLoopClients implements AutoCloseable {

  private static final long TICK_MILLIS = 1;

  /** The number of connections opened at a time; the accept queue of a server is short. */
  private static final int OPENING = 32;

  private final List<URI> servers; // of each client
  private final List<InetAddress> addresses;
  private final List<Deque<ClientConnection>> idle = new ArrayList<>();
  private final XnioWorker worker;
  private final XnioIoThread thread;
  private final ByteBufferPool buffers = new DefaultByteBufferPool(true, 4096);
  private final Ticker ticker = Ticker.system();
  private boolean isClosed; // confined to the thread of the clients

  private OpenLoopClients(List<URI> servers, List<InetAddress> addresses) throws IOException {
    this.servers = servers;
    this.addresses = addresses;
    this.worker = Xnio.getInstance()
        .createWorker(OptionMap.builder()
            .set(Options.WORKER_IO_THREADS, 1)
            .set(Options.WORKER_NAME, "clients")
            .set(Options.THREAD_DAEMON, true)
            .getMap());
    this.thread = worker.getIoThread();
    addresses.forEach(address -> idle.add(new ArrayDeque<>()));
  }

  /**
   * Opens the connections, divided among the clients like the requests.
   *
   * @throws IOException if a connection cannot be opened
   */
  public static OpenLoopClients connect(
      URI server, List<InetAddress> addresses, Crowd crowd, int connections) throws IOException {
    return connect(Collections.nCopies(addresses.size(), server), addresses, crowd, connections);
  }

  /**
   * Opens connections like {@link #connect(URI, List, Crowd, int)}, with a separate server for each
   * client.
   *
   * @param servers the servers, as many as there are addresses
   */
  public static OpenLoopClients connect(
      List<URI> servers, List<InetAddress> addresses, Crowd crowd, int connections)
      throws IOException {
    OpenLoopClients clients = new OpenLoopClients(List.copyOf(servers), List.copyOf(addresses));
    try {
      clients.open(crowd.shares(connections));
      return clients;
    } catch (IOException | RuntimeException failure) {
      clients.close();
      throw failure;
    }
  }

  /**
   * Starts to send and returns at once; the outcomes are filled in as responses arrive.
   *
   * @param startNanos the instant of the ticker from which the schedule counts
   */
  public Answers send(Schedule schedule, long startNanos) {
    return send(schedule, Retries.NONE, startNanos);
  }

  /**
   * Sends like {@link #send(Schedule, long)}, with clients that retry. A request has the status of
   * its last attempt, and its latency includes all attempts.
   */
  public Answers send(Schedule schedule, Retries retries, long startNanos) {
    Answers answers = new Answers(schedule.size());
    thread.execute(new Sending(schedule, retries, answers, startNanos));
    return answers;
  }

  @Override
  public void close() {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    thread.execute(() -> {
      isClosed = true;
      idle.forEach(connections -> connections.forEach(IoUtils::safeClose));
      closed.complete(null);
    });
    closed.join();
    worker.shutdownNow();
  }

  private void open(int[] connections) throws IOException {
    List<CompletableFuture<Void>> opening = new ArrayList<>();
    for (int client = 0; client < connections.length; client++) {
      for (int i = 0; i < connections[client]; i++) {
        opening.add(open(client));
        if (opening.size() == OPENING) {
          await(opening);
        }
      }
    }
    await(opening);
  }

  private static void await(List<CompletableFuture<Void>> opening) throws IOException {
    try {
      opening.forEach(CompletableFuture::join);
    } catch (CompletionException failure) {
      throw new IOException("a client could not connect to the server", failure.getCause());
    }
    opening.clear();
  }

  /** Opens another connection of a client. */
  private CompletableFuture<Void> open(int client) {
    CompletableFuture<Void> opened = new CompletableFuture<>();
    ClientCallback<ClientConnection> callback = new ClientCallback<>() {
      @Override
      public void completed(ClientConnection connection) {
        idle.get(client).push(connection);
        opened.complete(null);
      }

      @Override
      public void failed(IOException failure) {
        opened.completeExceptionally(failure);
      }
    };
    InetSocketAddress from = new InetSocketAddress(addresses.get(client), 0);
    UndertowClient.getInstance()
        .connect(callback, from, servers.get(client), thread, buffers, OptionMap.EMPTY);
    return opened;
  }

  /** Takes an idle connection, if the client has one. */
  private @Nullable ClientConnection take(int client) {
    ClientConnection connection = idle.get(client).poll();
    while (connection != null && !connection.isOpen()) {
      replace(client);
      connection = idle.get(client).poll();
    }
    return connection;
  }

  private void giveBack(int client, ClientConnection connection) {
    if (connection.isOpen()) {
      idle.get(client).push(connection);
    } else {
      replace(client);
    }
  }

  /**
   * Replaces a connection. If the server accepts no new one, the client has one connection fewer.
   */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void replace(int client) {
    open(client);
  }

  /** One schedule being sent. Confined to the thread of the clients. */
  private final class Sending implements Runnable {

    private final Schedule schedule;
    private final Retries retries;
    private final Answers answers;
    private final long start;
    private final ByteBuffer sink = ByteBuffer.allocate(1024);
    private int next;

    Sending(Schedule schedule, Retries retries, Answers answers, long start) {
      this.schedule = schedule;
      this.retries = retries;
      this.answers = answers;
      this.start = start;
    }

    /** Sends the requests that are due, and reschedules itself for the next tick. */
    @Override
    public void run() {
      long now = now();
      while (next < schedule.size() && schedule.dueNanos(next) <= now) {
        send(next, retries.most());
        answers.left(next++, now());
      }
      if (next < schedule.size()) {
        thread.executeAfter(this, TICK_MILLIS, TimeUnit.MILLISECONDS);
      }
    }

    private void send(int i, int triesLeft) {
      int client = schedule.client(i);
      ClientConnection connection = take(client);
      if (connection == null) {
        ended(i, triesLeft, Answers.NO_CONNECTION);
        return;
      }
      ClientRequest request = new ClientRequest().setMethod(Methods.GET).setPath("/");
      request.getRequestHeaders().put(Headers.HOST, servers.get(client).getAuthority());
      Call call = new Call(sink, status -> {
        giveBack(client, connection);
        ended(i, triesLeft, status);
      });
      if (triesLeft > 0) { // the last attempt has no timeout, so that its end is known
        thread.executeAfter(
            () -> call.giveUp(connection), retries.patience().toMillis(), TimeUnit.MILLISECONDS);
      }
      connection.sendRequest(request, call);
    }

    private void ended(int i, int triesLeft, int status) {
      if (triesLeft > 0 && Retries.isWorthOne(status) && !isClosed) {
        thread.executeAfter(
            () -> send(i, triesLeft - 1), retries.pause().toMillis(), TimeUnit.MILLISECONDS);
      } else {
        answers.ended(i, status, now());
      }
    }

    private long now() {
      return ticker.nanos() - start;
    }
  }
}
