package dev.flowshield.management;

import dev.flowshield.JointReservation;
import dev.flowshield.LimitStore;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.StoreStats;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A store that keeps its limits in this process, and reports an outage. */
final class SilentStore implements LimitStore {

  @Override
  public RateLimiter limiter(LimiterSpec spec) {
    return RateLimiter.of("token-bucket", spec);
  }

  @Override
  public CompletionStage<JointReservation> reserveAllAsync(List<StoreCharge> charges) {
    throw new UnsupportedOperationException("no request is charged to two of its limits");
  }

  @Override
  public StoreStats stats() {
    return new StoreStats(false, "timeout", Duration.ofSeconds(3), 1, 70, 5, 12, 4);
  }

  @Override
  public void close() {
    // nothing is open
  }
}
