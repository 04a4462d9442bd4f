package dev.flowshield.contract;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Requests of a client that does nothing unusual: each is sent at its time, whatever became of the
 * ones before. A request that waits longer than a user would has not been served.
 */
final class UsualTraffic {

  private static final int EACH_SECOND = 50;
  private static final int THREADS = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final int host;
  private final int port;
  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);

  /** From 127.0.0.{@code host}. */
  UsualTraffic(int host, int port) {
    this.host = host;
    this.port = port;
  }

  /** Plans this many requests from now on, {@value #EACH_SECOND} a second. */
  List<ScheduledFuture<Boolean>> send(int requests) {
    List<ScheduledFuture<Boolean>> sent = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      sent.add(threads.schedule(this::isServed, i * 1000L / EACH_SECOND, TimeUnit.MILLISECONDS));
    }
    return sent;
  }

  /** Waits for all of them and returns how many were served. */
  static int served(List<ScheduledFuture<Boolean>> sent) throws Exception {
    int served = 0;
    for (ScheduledFuture<Boolean> each : sent) {
      served += each.get() ? 1 : 0;
    }
    return served;
  }

  private boolean isServed() {
    Connection connection = null;
    try {
      connection = idle.poll();
      if (connection == null) {
        connection = Connection.from(host, port);
        connection.patience(PATIENCE);
      }
      Answer answer = connection.get("/hello");
      if (answer.values("Connection").contains("close")) {
        connection.close();
      } else {
        idle.push(connection);
      }
      return answer.status() == 200;
    } catch (IOException unanswered) {
      closeQuietly(connection);
      return false;
    }
  }

  private static void closeQuietly(Connection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (IOException closed) {
      // as it should be
    }
  }

  /** Gives up what was not sent, and waits for the rest. */
  void end() throws Exception {
    threads.shutdownNow();
    if (!threads.awaitTermination(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException("requests must end when their patience is over");
    }
    for (Connection each : idle) {
      each.close();
    }
  }
}
