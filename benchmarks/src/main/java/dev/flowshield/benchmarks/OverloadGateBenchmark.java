package dev.flowshield.benchmarks;

import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import dev.flowshield.Criticality;
import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.InFlightLimit;
import dev.flowshield.engine.overload.AdaptiveGate;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.InFlight;
import dev.flowshield.engine.overload.Outcome;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Measures the cost of entering and leaving a limit on work in flight.
 *
 * <p>The floor is that of any exact limit: one exchange to enter, one addition to leave. The gate
 * is the engine's class. The shield is the class for users, which also counts and allocates the
 * admission.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OverloadGateBenchmark {

  private static final int LIMIT = 100;
  private static final long KEY = 0x0123456789abcdefL; // the hash of a client

  /** A word without neighbors in its cache line. */
  @State(Scope.Benchmark)
  public static class Word {

    private static final int AT = 16;

    private final AtomicLongArray words = new AtomicLongArray(2 * AT);

    boolean enterAndLeave() {
      long seen;
      do {
        seen = words.get(AT);
      } while (!words.compareAndSet(AT, seen, seen + 1));
      words.getAndDecrement(AT);
      return true;
    }
  }

  @State(Scope.Benchmark)
  public static class Gates {
    private final InFlight inFlight = new InFlight(LIMIT, false);
    private final FlowShield shield = FlowShield.builder().inFlight(LIMIT).build();
    private final AdaptiveGate adaptive = adaptive();
    private final AdaptiveGate full = adaptive();
    private final FlowShield auto =
        FlowShield.builder().inFlight(InFlightLimit.auto()).build();

    private static AdaptiveGate adaptive() {
      return new AdaptiveGate(Runtime.getRuntime().availableProcessors(), System.nanoTime());
    }

    /** Takes the only slot. */
    public Gates() {
      full.limit(1);
      full.tryEnter(KEY, Criticality.DEFAULT, 0, System.nanoTime());
    }
  }

  @State(Scope.Benchmark)
  public static class Resilience4j {
    private final Bulkhead bulkhead = Bulkhead.of(
        "benchmark",
        BulkheadConfig.custom()
            .maxConcurrentCalls(LIMIT)
            .maxWaitDuration(Duration.ZERO)
            .build());
  }

  @State(Scope.Benchmark)
  public static class Gradient2 {
    private final Limiter<String> limiter = SimpleLimiter.newBuilder()
        .limit(Gradient2Limit.newBuilder().initialLimit(LIMIT).build())
        .build();
  }

  @Benchmark
  public boolean floorExchangeAndAdd(Word word) {
    return word.enterAndLeave();
  }

  @Benchmark
  public boolean flowShieldInFlight(Gates gates) {
    long slot = gates.inFlight.tryEnter(1, Criticality.DEFAULT, 0, 0);
    boolean entered = slot != Gate.NO_SLOT;
    if (entered) {
      gates.inFlight.exit(slot, Outcome.SUCCESS, 0);
    }
    return entered;
  }

  @Benchmark
  public boolean flowShieldAdmitsAndCloses(Gates gates) {
    Admission admission = gates.shield.admit("alice");
    if (admission instanceof Admitted admitted) {
      admitted.close();
      return true;
    }
    return false;
  }

  /** Includes two readings of the clock. */
  @Benchmark
  public boolean flowShieldAdaptive(Gates gates) {
    long slot = gates.adaptive.tryEnter(KEY, Criticality.DEFAULT, 0, System.nanoTime());
    boolean entered = slot != Gate.NO_SLOT;
    if (entered) {
      gates.adaptive.exit(slot, Outcome.SUCCESS, System.nanoTime());
    }
    return entered;
  }

  /** Uses a reading of the clock that the limits have made before. */
  @Benchmark
  public long flowShieldAdaptiveRejects(Gates gates) {
    return gates.full.tryEnter(KEY, Criticality.DEFAULT, 0, 0);
  }

  @Benchmark
  public boolean flowShieldAutoAdmitsAndCloses(Gates gates) {
    Admission admission = gates.auto.admit("alice");
    if (admission instanceof Admitted admitted) {
      admitted.close();
      return true;
    }
    return false;
  }

  @Benchmark
  public boolean resilience4jBulkhead(Resilience4j peer) {
    boolean entered = peer.bulkhead.tryAcquirePermission();
    if (entered) {
      peer.bulkhead.onComplete();
    }
    return entered;
  }

  @Benchmark
  public boolean gradient2(Gradient2 peer) {
    Optional<Limiter.Listener> entered = peer.limiter.acquire("alice");
    entered.ifPresent(Limiter.Listener::onSuccess);
    return entered.isPresent();
  }
}
