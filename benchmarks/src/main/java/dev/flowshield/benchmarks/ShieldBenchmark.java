package dev.flowshield.benchmarks;

import dev.flowshield.engine.Admission;
import dev.flowshield.engine.Admitted;
import dev.flowshield.engine.Charge;
import dev.flowshield.engine.FlowShield;
import dev.flowshield.engine.Limit;
import dev.flowshield.engine.LimitSet;
import dev.flowshield.engine.Request;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Measures a complete admission of a shield: all limits and the limit on work in flight, including
 * the close of an admitted request.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ShieldBenchmark {

  private final FlowShield full = FlowShield.builder().inFlight(1).build();
  private final FlowShield plenty = FlowShield.builder()
      .limit("10000000/s burst 1000000000000")
      .perKey("1000000/s burst 1000000000")
      .inFlight(100)
      .build();
  private final FlowShield spent =
      FlowShield.builder().limit("10000000/s").perKey("1/day").inFlight(100).build();

  private final FlowShield named = FlowShield.builder()
      .limit("10000000/s burst 1000000000")
      .perKey("1000000/s burst 1000000000")
      .named(Limit.each("tenant", "1000000/s burst 1000000000"))
      .named(Limit.each("spent", "1/day"))
      .inFlight(100)
      .build();
  private final Request request = Request.of("alice");
  private final Charge[] charges = {
    Charge.of("everyone"), Charge.of("key", "alice"), Charge.of("tenant", "acme", 3)
  };
  private final Charge[] spentCharges = {
    Charge.of("everyone"), Charge.of("key", "alice"), Charge.of("spent", "acme")
  };

  private final LimitSet lookedUp = named.limitSet("everyone", "key", "tenant");

  /** Prepares the full and the spent shields. */
  public ShieldBenchmark() {
    full.admit("alice");
    close(spent.admit("alice"));
    close(named.admit(spentCharges));
  }

  @Benchmark
  public boolean flowShieldAdmitsAndCloses() {
    return close(plenty.admit("alice"));
  }

  @Benchmark
  public boolean flowShieldAdmitsAsyncAndCloses() {
    return close(plenty.admitAsync(request).join());
  }

  @Benchmark
  public boolean flowShieldAdmitsAndClosesThreeNamed() {
    return close(named.admit(charges));
  }

  @Benchmark
  public boolean flowShieldAdmitsAndClosesThreeLookedUp() {
    return close(named.admit(lookedUp, "alice"));
  }

  @Benchmark
  public boolean flowShieldRejectsThreeNamed() {
    return close(named.admit(spentCharges));
  }

  @Benchmark
  public boolean flowShieldRejectsOverLimit() {
    return close(spent.admit("alice"));
  }

  @Benchmark
  public boolean flowShieldSheds() {
    return close(full.admit("alice"));
  }

  private static boolean close(Admission admission) {
    if (admission instanceof Admitted admitted) {
      admitted.close();
      return true;
    }
    return false;
  }
}
