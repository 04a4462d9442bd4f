package dev.flowshield.checks.overload.peers;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.engine.overload.InFlight;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * All compared protections. Those named "oracle" know the server, which no library does. Those
 * named "tuned" know the range of suitable limits. All others have their default settings. Vegas
 * and Gradient2 draw random numbers of their own, without a seed.
 */
public final class Contenders {

  /** A usual size of a thread pool. */
  private static final int POOL = 200;

  private static final double MARGIN = 1.5;
  private static final int SMALLEST = 1;
  private static final int LARGEST = 1000;

  private Contenders() {}

  /** Returns all contenders. */
  public static List<Contender> all() {
    return List.of(
        new Contender("flowshield", scenario -> GateProtection.finding(false)),
        new Contender("flowshield-plateau", scenario -> GateProtection.finding(true)),
        new Contender("none", scenario -> new Unprotected()),
        new Contender("fixed-oracle", scenario -> fixed(oracle(scenario))),
        new Contender("fixed-200", scenario -> fixed(POOL)),
        new Contender(
            "bulkhead-25", scenario -> new BulkheadProtection(BulkheadProtection.DEFAULT)),
        new Contender("bulkhead-oracle", scenario -> new BulkheadProtection(oracle(scenario))),
        netflix("vegas", scenario -> VegasLimit.newDefault()),
        netflix("vegas-windowed", scenario -> windowed(VegasLimit.newDefault())),
        netflix("gradient2", scenario -> windowed(Gradient2Limit.newDefault())),
        netflix("gradient2-tuned", scenario -> windowed(gradient2Tuned())),
        new Contender(
            "gradient2-classes",
            scenario -> NetflixProtection.partitioned(windowed(Gradient2Limit.newDefault()))),
        netflix("aimd", scenario -> AIMDLimit.newBuilder().build()),
        netflix("aimd-tuned", Contenders::aimdTuned));
  }

  /**
   * Returns all contenders and the best of several fixed limits, which takes as long as all others.
   */
  public static List<Contender> withBestFixed() {
    Contender best = new Contender("fixed-best", scenario -> fixed(BestFixed.of(scenario)));
    return Stream.concat(all().stream(), Stream.of(best)).toList();
  }

  /**
   * Returns 1.5 times the number that keeps the server just busy, plus 1.5 times the number that
   * only waits.
   */
  public static int oracle(Scenario scenario) {
    return (int) Math.ceil(MARGIN * scenario.inFlight());
  }

  private static GateProtection fixed(int limit) {
    return new GateProtection(new InFlight(limit, false));
  }

  private static Contender netflix(String name, Function<Scenario, Limit> limit) {
    return new Contender(name, scenario -> NetflixProtection.simple(limit.apply(scenario)));
  }

  private static Limit windowed(Limit limit) {
    return WindowedLimit.newBuilder().build(limit);
  }

  private static Limit gradient2Tuned() {
    return Gradient2Limit.newBuilder()
        .minLimit(SMALLEST)
        .maxConcurrency(LARGEST)
        .build();
  }

  /** Creates a limit with the deadline of the clients as its longest latency. */
  private static Limit aimdTuned(Scenario scenario) {
    return AIMDLimit.newBuilder()
        .minLimit(SMALLEST)
        .maxLimit(LARGEST)
        .timeout(scenario.traffic().deadlineNanos(), TimeUnit.NANOSECONDS)
        .build();
  }
}
