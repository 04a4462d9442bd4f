package dev.flowshield.benchmarks;

import dev.flowshield.RateLimiter;
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

/**
 * An allowance for each client, asked for at random, and the floor of any table: fetch a key, hash it, read the clock, exchange a random
 * word of an array of the table's size. Keys are ready-made, so that none is optimised away.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KeyedLimiterBenchmark {

  @Param({"10000", "1000000"})
  private int clients;

  private final RateLimiter plenty = RateLimiter.of("1000000/s burst 1000000000");
  private final RateLimiter spent = RateLimiter.of("1/day");
  private String[] keys = {};
  private AtomicLongArray words = new AtomicLongArray(0);

  @Setup
  public void fill() {
    keys = new String[clients];
    words = new AtomicLongArray(clients * 3); // about 24 bytes a client, as the table
    for (int i = 0; i < clients; i++) {
      keys[i] = "client-" + i;
      plenty.tryAcquire(keys[i]);
      spent.tryAcquire(keys[i]);
    }
  }

  @Benchmark
  public boolean floorKeyHashClockAndExchange() {
    String key = key();
    int hash = 0;
    for (int i = 0; i < key.length(); i++) {
      hash = 31 * hash + key.charAt(i);
    }
    int at = Math.floorMod(hash * 0x9E3779B9, words.length());
    long seen = words.get(at);
    return words.compareAndSet(at, seen, Math.max(seen, System.nanoTime()) + 2);
  }

  @Benchmark
  public boolean admitted() {
    return plenty.tryAcquire(key());
  }

  @Benchmark
  public boolean refused() {
    return spent.tryAcquire(key());
  }

  private String key() {
    return keys[ThreadLocalRandom.current().nextInt(clients)];
  }
}
