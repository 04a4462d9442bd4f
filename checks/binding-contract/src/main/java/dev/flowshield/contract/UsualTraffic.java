package dev.flowshield.contract;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The requests of an ordinary client. Each is sent at its time, regardless of the requests before
 * it. A request that waits longer than a user would counts as not served.
 */
final class UsualTraffic {

  private static final int EACH_SECOND = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int THREADS = EACH_SECOND * (int) PATIENCE.toSeconds();
  private static final long UNSERVED = Long.MAX_VALUE;

  private final int host;
  private final int port;
  private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);

  /** Creates a client at 127.0.0.{@code host}. */
  UsualTraffic(int host, int port) {
    this.host = host;
    this.port = port;
  }

  /** Plans the given number of requests from now on, {@value #EACH_SECOND} per second. */
  List<ScheduledFuture<Long>> send(int requests) {
    List<ScheduledFuture<Long>> sent = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < requests; i++) {
      long after = i * 1_000_000_000L / EACH_SECOND;
      sent.add(threads.schedule(() -> latency(start + after), after, TimeUnit.NANOSECONDS));
    }
    return sent;
  }

  /** Waits for all requests. */
  static Served served(List<ScheduledFuture<Long>> sent) throws Exception {
    List<Long> latencies = new ArrayList<>();
    for (ScheduledFuture<Long> each : sent) {
      latencies.add(each.get());
    }
    latencies.removeIf(latency -> latency == UNSERVED);
    Collections.sort(latencies);
    return new Served(latencies);
  }

  /**
   * The outcomes of requests.
   *
   * @param latencies the latencies of the served requests, in nanoseconds, in ascending order
   */
  record Served(List<Long> latencies) {

    int count() {
      return latencies.size();
    }

    /** Returns the 99th percentile of the latencies, in milliseconds. */
    double p99() {
      return latencies.isEmpty() ? Double.NaN : latencies.get(latencies.size() * 99 / 100) / 1e6;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s served, p99 %.1f ms", count(), p99());
    }
  }

  /** Returns the time from the planned start of a request to its response, or {@link #UNSERVED}. */
  private long latency(long due) {
    return isServed() ? System.nanoTime() - due : UNSERVED;
  }

  private boolean isServed() {
    Connection connection = null;
    try {
      connection = idle.poll();
      if (connection == null) {
        connection = Connection.from(host, port);
        connection.readTimeout(PATIENCE);
      }
      WireResponse answer = connection.get("/hello");
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
      // expected
    }
  }

  /** Cancels the requests that were not sent, and waits for the rest. */
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
