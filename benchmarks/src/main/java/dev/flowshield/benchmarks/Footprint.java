package dev.flowshield.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import dev.flowshield.RateLimiter;
import dev.flowshield.benchmarks.report.Heap;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.FlowShieldBuilder;
import dev.flowshield.engine.Limit;
import io.github.bucket4j.Bucket;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A measurement of the heap of a limiter: when new, for each live client, and with more clients
 * than it distinguishes.
 */
public final class Footprint {

  private static final int CAP = 1_000_000;
  private static final int[] CLIENTS = {1_000, 100_000, CAP};
  private static final int TEN_MILLION = 10_000_000;
  private static final Duration DAY = Duration.ofDays(1);

  private final List<Heap> heaps = new ArrayList<>();

  private Footprint() {}

  /** Prints a row for each limiter and number of clients. */
  public static void main(String[] args) {
    for (Heap heap : measure()) {
      System.out.printf(
          Locale.ROOT, "%-22s %,12d %,14d%n", heap.name(), heap.clients(), heap.bytes());
    }
  }

  static List<Heap> measure() {
    Footprint footprint = new Footprint();
    footprint.add("flowShieldOfThousandLimits", 0, Footprint::shieldOfThousandLimits);
    footprint.add("flowShield", 1, Footprint::flowShield);
    footprint.addAll("flowShield", Footprint::flowShield);
    footprint.add("flowShieldPastTheCap", TEN_MILLION, Footprint::flowShield);
    footprint.add("flowShieldOneTimeKeys", TEN_MILLION, Footprint::flowShieldOfOneTimeKeys);
    footprint.addAll("bucket4jInCaffeine", Footprint::bucket4jInCaffeine);
    footprint.addAll("resilience4jInMap", Footprint::resilience4jInMap);
    footprint.addAll("guavaInMap", Footprint::guavaInMap);
    footprint.addAll("byHandInMap", Footprint::byHandInMap);
    return footprint.heaps;
  }

  private static Predicate<String> flowShield() {
    RateLimiter limiter = RateLimiter.of("1/day"); // no key becomes idle during the run
    return limiter::tryAcquire;
  }

  private static Predicate<String> shieldOfThousandLimits() {
    FlowShieldBuilder builder = FlowShield.builder();
    for (int i = 0; i < 1_000; i++) {
      builder.named(Limit.each("limit-" + i, "100/s"));
    }
    FlowShield shield = builder.build();
    return key -> shield.admit(Charge.of("limit-0", key)) instanceof Admitted;
  }

  private static Predicate<String> flowShieldOfOneTimeKeys() {
    RateLimiter limiter =
        RateLimiter.of("10000000/s"); // each key is idle when the next one arrives
    return limiter::tryAcquire;
  }

  private static Predicate<String> bucket4jInCaffeine() {
    Cache<String, Bucket> buckets = Peers.cacheOfBuckets();
    return key -> buckets.get(key, absent -> Peers.bucket4j(1, DAY, 1)).tryConsume(1);
  }

  private static Predicate<String> resilience4jInMap() {
    ConcurrentMap<String, io.github.resilience4j.ratelimiter.RateLimiter> limiters =
        new ConcurrentHashMap<>();
    return key ->
        limiters.computeIfAbsent(key, absent -> Peers.resilience4j(1, DAY)).acquirePermission();
  }

  private static Predicate<String> guavaInMap() {
    ConcurrentMap<String, com.google.common.util.concurrent.RateLimiter> limiters =
        new ConcurrentHashMap<>();
    return key -> limiters
        .computeIfAbsent(
            key,
            absent -> com.google.common.util.concurrent.RateLimiter.create(1.0 / DAY.toSeconds()))
        .tryAcquire();
  }

  private static Predicate<String> byHandInMap() {
    ByHand words = new ByHand(DAY.toNanos(), 1);
    return key -> words.tryAcquire(key, 1);
  }

  private void addAll(String name, Supplier<Predicate<String>> limiter) {
    for (int clients : CLIENTS) {
      add(name, clients, limiter);
    }
  }

  private void add(String name, int clients, Supplier<Predicate<String>> limiter) {
    fill(limiter.get(), 100); // loads the classes, which do not count
    long before = used();
    Predicate<String> filled = limiter.get();
    try {
      int admitted = fill(filled, clients);
      // at the maximum a few clients share an allowance, and beyond it most do
      Answers.check(admitted >= 0.99 * Math.min(clients, CAP), false);
      heaps.add(new Heap(name, clients, used() - before));
    } finally {
      Reference.reachabilityFence(filled);
    }
  }

  private static int fill(Predicate<String> limiter, int clients) {
    int admitted = 0;
    for (int i = 0; i < clients; i++) {
      admitted += limiter.test("client-" + i) ? 1 : 0;
    }
    return admitted;
  }

  private static long used() {
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) { // the least of several: a collection may leave garbage
      System.gc();
      used = Math.min(
          used, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    return used;
  }
}
