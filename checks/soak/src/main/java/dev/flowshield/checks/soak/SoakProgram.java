package dev.flowshield.checks.soak;

import dev.flowshield.checks.soak.server.ServerKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Runs a soak and prints a line for each server and round; the first round in which something is
 * wrong is the last. Arguments: requests to all servers
 * together; minutes, which count in place of the requests unless they are 0; which servers, a
 * regular expression; a seed, drawn if it is 0.
 */
public final class SoakProgram {

  private static final int ROUNDS = 10; // of a soak that counts requests
  private static final Duration ROUND = Duration.ofSeconds(30);
  private static final Duration LONGEST_ROUND = Duration.ofHours(1);
  private static final int MEGABYTE = 1 << 20;

  private final List<ServerKind> servers;
  private final long start = System.nanoTime();
  private final List<Long> heap = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private Map<String, Reckoning> newest = Map.of();

  private SoakProgram(List<ServerKind> servers) {
    this.servers = servers;
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    long requests = Long.parseLong(arguments[0]);
    Duration time = Duration.ofSeconds(Math.round(Double.parseDouble(arguments[1]) * 60));
    List<ServerKind> servers = Arrays.stream(ServerKind.values())
        .filter(each -> each.title().matches(arguments[2]))
        .toList();
    long given = Long.parseLong(arguments[3]);
    long seed = given == 0 ? new Random().nextLong() : given;
    SoakProgram program = new SoakProgram(servers);
    print("seed " + seed + ", Java " + Runtime.version());
    boolean passed = program.run(requests, time, seed);
    System.exit(passed ? 0 : 1); // the pools of some servers have threads that stay
  }

  private boolean run(long requests, Duration time, long seed) throws Exception {
    print("   time  server         sent   admitted       shed     failed       left"
        + "  most in flight  heap MB");
    Soak soak = Soak.start(servers, seed);
    try {
      if (time.isZero()) {
        for (int i = 0; i < ROUNDS && faults.isEmpty(); i++) {
          round(soak, requests / servers.size() / ROUNDS, LONGEST_ROUND);
        }
      } else {
        while (System.nanoTime() - start < time.toNanos() && faults.isEmpty()) {
          round(soak, Long.MAX_VALUE, ROUND);
        }
      }
      soak.missing().forEach((server, missing) -> {
        if (missing != 0) {
          faults.add(server + " has lost places, of those of its limit: " + missing);
        }
      });
    } finally {
      soak.stop();
    }
    faults.addAll(Heap.faults(heap));
    faults.forEach(SoakProgram::print);
    long sent =
        newest.values().stream().mapToLong(each -> each.clients().sent()).sum();
    print(String.format(
        Locale.ROOT,
        "%,d requests in %,d s: %s",
        sent,
        seconds(),
        faults.isEmpty() ? "no place lost, heap flat" : "FAILED"));
    return faults.isEmpty();
  }

  private void round(Soak soak, long requests, Duration atMost) throws Exception {
    newest = soak.round(requests, atMost.toNanos());
    long used = Heap.usedAfterCollection();
    heap.add(used);
    newest.forEach((server, reckoning) -> {
      print(line(server, reckoning, used));
      for (String fault : reckoning.faults()) {
        faults.add(server + " after " + seconds() + " s: " + fault);
      }
    });
  }

  private String line(String server, Reckoning reckoning, long used) {
    Reckoning.Shield shield = reckoning.shield();
    return String.format(
        Locale.ROOT,
        "%,6d s  %-9s %,9d %,10d %,10d %,10d %,10d %,15d %8.1f",
        seconds(),
        server,
        reckoning.clients().sent(),
        shield.admitted(),
        shield.shed(),
        shield.failed(),
        reckoning.clients().left(),
        shield.highestInFlight(),
        (double) used / MEGABYTE);
  }

  private long seconds() {
    return Duration.ofNanos(System.nanoTime() - start).toSeconds();
  }

  private static void print(String line) {
    System.out.println(line);
  }
}
