package dev.flowshield.benchmarks;

import com.alibaba.csp.sentinel.SphO;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Measures a limiter without a key, with and without permits.
 *
 * <p>The floors are those of any exact limiter with a clock: the clock; the clock and one exchange.
 * Admitting limiters have more permits than a machine can take. At the end, each state is checked.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SingleLimiterBenchmark {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration DAY = Duration.ofDays(1);

  /** More permits than can be taken in a second. */
  private static final int PLENTY = 1_000_000_000;

  /** A word without neighbors in its cache line. */
  @State(Scope.Benchmark)
  public static class Word {

    private static final int AT = 16;

    private final AtomicLongArray words = new AtomicLongArray(2 * AT);

    boolean exchange() {
      long now = System.nanoTime();
      long seen;
      do {
        seen = words.get(AT);
      } while (!words.compareAndSet(AT, seen, Math.max(seen, now) + 2));
      return true;
    }
  }

  /**
   * Limiters with a small and a large burst, which are stored differently. No limit may exceed 10
   * million permits per second, which a machine can take. Their ticker therefore runs 64 times as
   * fast.
   */
  @State(Scope.Benchmark)
  public static class FlowShieldLimiters {

    private static final int HASTE = 64;

    private final RateLimiter plenty = hasty("10000000/s burst 1000");
    private final RateLimiter bigBurst = hasty("10000000/s burst 1000000");
    private final RateLimiter spent = RateLimiter.of("1/day");

    public FlowShieldLimiters() {
      spent.tryAcquire();
    }

    private static RateLimiter hasty(String limit) {
      return RateLimiter.of(
          "token-bucket",
          LimiterSpec.of(RateLimit.parse(limit)).withTicker(() -> System.nanoTime() * HASTE));
    }

    @TearDown
    public void check() {
      Answers.check(plenty.tryAcquire() && bigBurst.tryAcquire(), spent.tryAcquire());
    }
  }

  @State(Scope.Benchmark)
  public static class Bucket4j {

    private final Bucket plenty = Peers.bucket4j(PLENTY, SECOND, 1000);
    private final Bucket spent = Peers.bucket4j(1, DAY, 1);

    public Bucket4j() {
      spent.tryConsume(1);
    }

    @TearDown
    public void check() {
      Answers.check(plenty.tryConsume(1), spent.tryConsume(1));
    }
  }

  @State(Scope.Benchmark)
  public static class Resilience4j {

    private final io.github.resilience4j.ratelimiter.RateLimiter plenty =
        Peers.resilience4j(PLENTY, SECOND);
    private final io.github.resilience4j.ratelimiter.RateLimiter spent = Peers.resilience4j(1, DAY);

    public Resilience4j() {
      spent.acquirePermission();
    }

    @TearDown
    public void check() {
      Answers.check(plenty.acquirePermission(), spent.acquirePermission());
    }
  }

  @State(Scope.Benchmark)
  public static class Guava {

    private final com.google.common.util.concurrent.RateLimiter plenty =
        com.google.common.util.concurrent.RateLimiter.create(PLENTY);
    private final com.google.common.util.concurrent.RateLimiter spent =
        com.google.common.util.concurrent.RateLimiter.create(1.0 / DAY.toSeconds());

    public Guava() {
      boolean taken = spent.tryAcquire();
      Answers.check(taken, false);
    }

    @TearDown
    public void check() {
      Answers.check(plenty.tryAcquire(), spent.tryAcquire());
    }
  }

  @State(Scope.Benchmark)
  public static class Failsafe {

    private final dev.failsafe.RateLimiter<Object> plenty =
        dev.failsafe.RateLimiter.burstyBuilder(PLENTY, SECOND).build();
    private final dev.failsafe.RateLimiter<Object> spent =
        dev.failsafe.RateLimiter.burstyBuilder(1, DAY).build();

    public Failsafe() {
      spent.tryAcquirePermit();
    }

    @TearDown
    public void check() {
      Answers.check(plenty.tryAcquirePermit(), spent.tryAcquirePermit());
    }
  }

  @State(Scope.Benchmark)
  public static class Sentinel {

    static {
      System.setProperty("csp.sentinel.log.dir", "target/sentinel"); // otherwise the home directory
    }

    public Sentinel() {
      FlowRuleManager.loadRules(List.of(rule("plenty", PLENTY), rule("spent", 0)));
    }

    private static FlowRule rule(String resource, int permits) {
      FlowRule rule = new FlowRule(resource);
      rule.setCount(permits);
      return rule;
    }

    boolean ask(String resource) {
      if (SphO.entry(resource)) {
        SphO.exit();
        return true;
      }
      return false;
    }

    @TearDown
    public void check() {
      Answers.check(ask("plenty"), ask("spent"));
    }
  }

  @Benchmark
  public long floorClock() {
    return System.nanoTime();
  }

  @Benchmark
  public boolean floorClockAndExchange(Word word) {
    return word.exchange();
  }

  @Benchmark
  public boolean flowShieldAdmits(FlowShieldLimiters limiters) {
    return limiters.plenty.tryAcquire();
  }

  @Benchmark
  public boolean flowShieldAdmitsOfBigBurst(FlowShieldLimiters limiters) {
    return limiters.bigBurst.tryAcquire();
  }

  @Benchmark
  public boolean flowShieldRejects(FlowShieldLimiters limiters) {
    return limiters.spent.tryAcquire();
  }

  @Benchmark
  public boolean bucket4jAdmits(Bucket4j limiters) {
    return limiters.plenty.tryConsume(1);
  }

  @Benchmark
  public boolean bucket4jRejects(Bucket4j limiters) {
    return limiters.spent.tryConsume(1);
  }

  @Benchmark
  public boolean resilience4jAdmits(Resilience4j limiters) {
    return limiters.plenty.acquirePermission();
  }

  @Benchmark
  public boolean resilience4jRejects(Resilience4j limiters) {
    return limiters.spent.acquirePermission();
  }

  @Benchmark
  public boolean guavaAdmits(Guava limiters) {
    return limiters.plenty.tryAcquire();
  }

  @Benchmark
  public boolean guavaRejects(Guava limiters) {
    return limiters.spent.tryAcquire();
  }

  @Benchmark
  public boolean failsafeAdmits(Failsafe limiters) {
    return limiters.plenty.tryAcquirePermit();
  }

  @Benchmark
  public boolean failsafeRejects(Failsafe limiters) {
    return limiters.spent.tryAcquirePermit();
  }

  @Benchmark
  public boolean sentinelAdmits(Sentinel rules) {
    return rules.ask("plenty");
  }

  @Benchmark
  public boolean sentinelRejects(Sentinel rules) {
    return rules.ask("spent");
  }
}
