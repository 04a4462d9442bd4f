package dev.flowshield.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import dev.flowshield.RateLimiter;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Measures a limiter with an allowance for each client, with random clients.
 *
 * <p>All clients are live: each is ten minutes in debt and has the same number of permits left. No
 * client is therefore removed or rejected during the run. The floor of any table is to fetch a key,
 * hash it in the cheapest way, read the clock and exchange a random word of an array of the size of
 * the table. If a key is created for the call, the JVM can optimize part of it away for limiters
 * that store no keys. A key created before is the same for all.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KeyedLimiterBenchmark {

  private static final String LIMIT = "1000000/s burst 1200000000";
  private static final long PERMITS = 1_000_000;
  private static final long BURST = 1_200_000_000;
  private static final long DEBT = BURST / 2;
  private static final int COMPILED = 10_000; // clients until all code is compiled
  private static final int TIMES = 8;
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** The calling clients. */
  @State(Scope.Benchmark)
  public static class Clients {

    @Param({"10000", "1000000"})
    private int clients;

    @Param({"made", "ready"})
    private String keys = "made";

    private boolean made;
    private String[] ready = {};

    @Setup
    public void make() {
      made = keys.equals("made");
      ready = new String[made ? 0 : clients];
      for (int i = 0; i < ready.length; i++) {
        ready[i] = key(i);
      }
    }

    /** Returns a random client. */
    String any() {
      int one = ThreadLocalRandom.current().nextInt(clients);
      return made ? key(one) : ready[one];
    }

    String key(int one) {
      return "client-" + one;
    }

    /**
     * Calls the limiter once for every client. While the compiler works, known clients are called
     * more often than new ones, which is typical. Otherwise, the compiler would optimize for new
     * clients only.
     */
    void come(Caller caller) {
      for (int i = 0; i < clients; i++) {
        caller.take(key(i), DEBT);
        for (int again = 0; i < COMPILED && again < TIMES; again++) {
          caller.take(key(ThreadLocalRandom.current().nextInt(i + 1)), 1);
        }
      }
    }
  }

  /** A limiter to call. */
  interface Caller {
    boolean take(String key, long permits);
  }

  /** An array of the size of our table, about 24 bytes for each client. */
  @State(Scope.Benchmark)
  public static class Words {

    private static final int GOLDEN = 0x9E3779B9; // spreads the hash over all bits

    private AtomicLongArray words = new AtomicLongArray(0);

    @Setup
    public void make(Clients clients) {
      words = new AtomicLongArray(3 * clients.clients);
    }

    boolean exchange(String key) {
      int hash = 0;
      for (int i = 0; i < key.length(); i++) {
        hash = 31 * hash + key.charAt(i);
      }
      // The upper half of a product serves as a cheap remainder. A division would not be a floor.
      int at = (int) ((Integer.toUnsignedLong(hash * GOLDEN) * words.length()) >>> 32);
      long now = System.nanoTime();
      long seen = words.get(at);
      return words.compareAndSet(at, seen, Math.max(seen, now) + 2);
    }
  }

  @State(Scope.Benchmark)
  public static class FlowShieldOfPlenty {

    private final RateLimiter limiter = RateLimiter.of(LIMIT);

    @Setup
    public void fill(Clients clients) {
      clients.come(limiter::tryAcquire);
    }

    @TearDown
    public void check(Clients clients) { // a live client is rejected for its whole burst
      Answers.check(limiter.tryAcquire(clients.key(0)), limiter.tryAcquire(clients.key(0), BURST));
    }
  }

  @State(Scope.Benchmark)
  public static class FlowShieldSpent {

    private final RateLimiter limiter = RateLimiter.of("1/day");

    @Setup
    public void fill(Clients clients) {
      clients.come((key, permits) -> limiter.tryAcquire(key));
    }

    @TearDown
    public void check(Clients clients) {
      Answers.check(true, limiter.tryAcquire(clients.key(0)));
    }
  }

  @State(Scope.Benchmark)
  public static class Bucket4jInMap {

    private final ConcurrentMap<String, Bucket> buckets = new ConcurrentHashMap<>();

    @Setup
    public void fill(Clients clients) {
      clients.come((key, permits) -> bucket(key).tryConsume(permits));
    }

    Bucket bucket(String key) {
      Bucket bucket = buckets.get(key); // computeIfAbsent alone would lock for existing keys, too
      return bucket != null
          ? bucket
          : buckets.computeIfAbsent(key, absent -> Peers.bucket4j(PERMITS, SECOND, BURST));
    }

    @TearDown
    public void check(Clients clients) {
      Bucket bucket = bucket(clients.key(0));
      Answers.check(bucket.tryConsume(1), bucket.tryConsume(BURST));
    }
  }

  @State(Scope.Benchmark)
  public static class Bucket4jInCaffeine {

    private final Cache<String, Bucket> buckets = Peers.cacheOfBuckets();

    @Setup
    public void fill(Clients clients) {
      clients.come((key, permits) -> bucket(key).tryConsume(permits));
    }

    Bucket bucket(String key) {
      return buckets.get(key, absent -> Peers.bucket4j(PERMITS, SECOND, BURST));
    }

    @TearDown
    public void check(Clients clients) {
      Bucket bucket = bucket(clients.key(0));
      Answers.check(bucket.tryConsume(1), bucket.tryConsume(BURST));
    }
  }

  @State(Scope.Benchmark)
  public static class GuavaInMap {

    private final ConcurrentMap<String, com.google.common.util.concurrent.RateLimiter> limiters =
        new ConcurrentHashMap<>();

    @Setup
    public void fill(Clients clients) {
      clients.come((key, permits) -> limiter(key).tryAcquire());
    }

    com.google.common.util.concurrent.RateLimiter limiter(String key) {
      com.google.common.util.concurrent.RateLimiter limiter = limiters.get(key);
      return limiter != null
          ? limiter
          : limiters.computeIfAbsent(
              key, absent -> com.google.common.util.concurrent.RateLimiter.create(PERMITS));
    }

    @TearDown
    public void check(Clients clients) {
      Answers.check(limiter(clients.key(0)).tryAcquire(), false);
    }
  }

  @State(Scope.Benchmark)
  public static class ByHandInMap {

    private final ByHand words = new ByHand(SECOND.toNanos() / PERMITS, BURST);

    @Setup
    public void fill(Clients clients) {
      clients.come(words::tryAcquire);
    }

    @TearDown
    public void check(Clients clients) {
      Answers.check(words.tryAcquire(clients.key(0), 1), words.tryAcquire(clients.key(0), BURST));
    }
  }

  @Benchmark
  public boolean floorKeyClockAndExchange(Clients clients, Words words) {
    return words.exchange(clients.any());
  }

  @Benchmark
  public boolean flowShieldAdmits(Clients clients, FlowShieldOfPlenty each) {
    return each.limiter.tryAcquire(clients.any());
  }

  @Benchmark
  public boolean flowShieldRejects(Clients clients, FlowShieldSpent each) {
    return each.limiter.tryAcquire(clients.any());
  }

  @Benchmark
  public boolean bucket4jInMapAdmits(Clients clients, Bucket4jInMap buckets) {
    return buckets.bucket(clients.any()).tryConsume(1);
  }

  @Benchmark
  public boolean bucket4jInCaffeineAdmits(Clients clients, Bucket4jInCaffeine buckets) {
    return buckets.bucket(clients.any()).tryConsume(1);
  }

  @Benchmark
  public boolean guavaInMapAdmits(Clients clients, GuavaInMap limiters) {
    return limiters.limiter(clients.any()).tryAcquire();
  }

  @Benchmark
  public boolean byHandInMapAdmits(Clients clients, ByHandInMap limiters) {
    return limiters.words.tryAcquire(clients.any(), 1);
  }
}
