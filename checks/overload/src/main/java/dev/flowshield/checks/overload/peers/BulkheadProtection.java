package dev.flowshield.checks.overload.peers;

import dev.flowshield.checks.overload.simulation.Attempt;
import dev.flowshield.checks.overload.simulation.Protection;
import dev.flowshield.engine.overload.Outcome;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;

/** The bulkhead of Resilience4j, without waiting. */
final class BulkheadProtection implements Protection {

  /** The default of the library. */
  static final int DEFAULT = 25;

  private final Bulkhead bulkhead;
  private final int limit;

  BulkheadProtection(int limit) {
    this.limit = limit;
    this.bulkhead = Bulkhead.of(
        "simulation",
        BulkheadConfig.custom()
            .maxConcurrentCalls(limit)
            .maxWaitDuration(Duration.ZERO)
            .build());
  }

  @Override
  public long enter(Attempt attempt, long now) {
    return bulkhead.tryAcquirePermission() ? 0 : REJECTED;
  }

  @Override
  public void exit(long place, Outcome outcome, long now) {
    bulkhead.onComplete();
  }

  @Override
  public int limit() {
    return limit;
  }
}
