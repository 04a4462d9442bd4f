package dev.flowshield.benchmarks;

import dev.flowshield.RateLimiter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One allowance without a key, and the floors of any exact limiter that goes by a clock: the clock, the clock and one exchange. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SingleLimiterBenchmark {

  // No machine asks 10 million times a second for long enough to spend this burst.
  private final RateLimiter plenty = RateLimiter.of("10000000/s burst 1000000000000");
  private final RateLimiter spent = RateLimiter.of("1/day");
  private final AtomicLong word = new AtomicLong();

  public SingleLimiterBenchmark() {
    spent.tryAcquire();
  }

  @Benchmark
  public long floorClock() {
    return System.nanoTime();
  }

  @Benchmark
  public boolean floorClockAndExchange() {
    long seen = word.get();
    return word.compareAndSet(seen, Math.max(seen, System.nanoTime()) + 2);
  }

  @Benchmark
  public boolean admitted() {
    return plenty.tryAcquire();
  }

  @Benchmark
  public boolean refused() {
    return spent.tryAcquire();
  }
}
