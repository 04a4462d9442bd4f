package dev.flowshield.benchmarks.redis;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import redis.embedded.RedisServer;

/**
 * A benchmark of the decisions per second with one server, and of their latency. Threads send
 * requests without pauses. The libraries take turns in each round; the first round warms up and is
 * discarded.
 */
public final class RedisBenchmarks {

  private static final int THREADS = 8;
  private static final int[] CONNECTIONS = {1, 8};
  private static final int[] KEYS = {1, 100_000};

  private RedisBenchmarks() {}

  /**
   * Runs the benchmark.
   *
   * @param args the seconds of each turn, and the number of rounds after the first
   */
  public static void main(String[] args) throws Exception {
    run(TimeUnit.SECONDS.toNanos(Long.parseLong(args[0])), Integer.parseInt(args[1]), System.out);
    System.exit(0); // clients leave threads running
  }

  /** Runs turns of the given length, and prints a table. */
  static void run(long nanos, int rounds, PrintStream out) throws Exception {
    int port = freePort();
    RedisServer server = RedisServer.builder()
        .port(port)
        .setting("bind 127.0.0.1")
        .setting("save \"\"")
        .setting("appendonly no")
        .build();
    server.start();
    try {
      out.println(
          "| connections | keys | who | decisions/s | to GET | p50 us | p99 us | admitted |");
      out.println("|---|---|---|---|---|---|---|---|");
      for (int connections : CONNECTIONS) {
        for (int keys : KEYS) {
          try (Contenders contenders = new Contenders("redis://127.0.0.1:" + port, connections)) {
            run(contenders.all(), connections, keys, nanos, rounds, out);
          }
        }
      }
    } finally {
      server.stop();
    }
  }

  private static void run(
      List<Contender> contenders,
      int connections,
      int keys,
      long nanos,
      int rounds,
      PrintStream out)
      throws InterruptedException {
    String[] names = new String[keys];
    for (int i = 0; i < keys; i++) {
      names[i] = "10.0." + i / 256 + "." + i % 256;
    }
    List<Row> rows = contenders.stream().map(Row::new).toList();
    for (int round = 0; round <= rounds; round++) {
      for (Row row : rows) {
        Turn turn = new Turn(row.contender, names, connections, nanos);
        turn.run();
        if (round > 0) {
          row.latencies.add(turn.all());
          row.admitted += turn.admitted();
        }
      }
    }
    double seconds = nanos / 1e9 * rounds;
    long plain = rows.get(0).latencies.getTotalCount(); // of GET
    for (Row row : rows) {
      long count = row.latencies.getTotalCount();
      out.printf(
          Locale.ROOT,
          "| %d | %,d | %s | %,.0f | %.2f | %,d | %,d | %.0f %% |%n",
          connections,
          keys,
          row.contender.name(),
          count / seconds,
          (double) count / plain,
          TimeUnit.NANOSECONDS.toMicros(row.latencies.getValueAtPercentile(50)),
          TimeUnit.NANOSECONDS.toMicros(row.latencies.getValueAtPercentile(99)),
          100.0 * row.admitted / count);
    }
  }

  /** The measurements of a library. */
  private static final class Row {

    private final Contender contender;
    private final Histogram latencies = new Histogram(3);
    private long admitted;

    Row(Contender contender) {
      this.contender = contender;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** One library, called for a while. */
  private static final class Turn {

    private final Contender contender;
    private final String[] keys;
    private final int connections;
    private final long nanos;
    private final Histogram all = new Histogram(3);
    private long admitted;

    Turn(Contender contender, String[] keys, int connections, long nanos) {
      this.contender = contender;
      this.keys = keys;
      this.connections = connections;
      this.nanos = nanos;
    }

    Histogram all() {
      return all;
    }

    long admitted() {
      return admitted;
    }

    void run() throws InterruptedException {
      long until = System.nanoTime() + nanos;
      List<Asking> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Asking thread = new Asking(i, until);
        thread.start();
        threads.add(thread);
      }
      for (Asking thread : threads) {
        thread.join();
        all.add(thread.latencies);
        admitted += thread.admissions;
      }
    }

    private final class Asking extends Thread {

      private final int connection;
      private final long until;
      private final SplittableRandom random;
      private final Histogram latencies = new Histogram(3);
      private long admissions;

      Asking(int number, long until) {
        this.connection = number % connections;
        this.until = until;
        this.random = new SplittableRandom(number);
      }

      @Override
      public void run() {
        long began = System.nanoTime();
        while (began - until < 0) {
          String key = keys[random.nextInt(keys.length)];
          if (contender.request().ask(key, connection)) {
            admissions++;
          }
          long ended = System.nanoTime();
          latencies.recordValue(ended - began);
          began = ended;
        }
      }
    }
  }
}
