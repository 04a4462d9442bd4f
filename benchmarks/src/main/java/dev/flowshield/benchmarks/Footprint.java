package dev.flowshield.benchmarks;

import dev.flowshield.RateLimiter;
import java.lang.ref.Reference;
import java.util.Locale;

/** How much heap a limiter takes: when new, and for each live client. */
public final class Footprint {

  private Footprint() {}

  /** Prints a row for each number of clients. */
  public static void main(String[] args) {
    bytes(1_000); // loads the classes, which are not to be counted
    System.out.printf(Locale.ROOT, "%12s %14s %16s%n", "clients", "bytes", "bytes a client");
    for (int clients : new int[] {0, 1_000, 10_000, 100_000, 1_000_000}) {
      long bytes = bytes(clients);
      System.out.printf(
          Locale.ROOT,
          "%,12d %,14d %16.1f%n",
          clients,
          bytes,
          clients == 0 ? 0.0 : (double) bytes / clients);
    }
  }

  private static long bytes(int clients) {
    long before = used();
    RateLimiter limiter = RateLimiter.of("1/day"); // nobody is idle again while this runs
    try {
      for (int i = 0; i < clients; i++) {
        limiter.tryAcquire("client-" + i);
      }
      return used() - before;
    } finally {
      Reference.reachabilityFence(limiter);
    }
  }

  private static long used() {
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) { // the least of several: a collection may leave something behind
      System.gc();
      used = Math.min(
          used, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    return used;
  }
}
