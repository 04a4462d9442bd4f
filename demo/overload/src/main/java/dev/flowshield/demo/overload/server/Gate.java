package dev.flowshield.demo.overload.server;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A limit on requests in flight that is not a shield. Thread-safe. */
interface Gate {

  /** The status of a rejected request. */
  int FULL = 503;

  /** Admits a request and returns the action for its end, or returns null to reject it. */
  @Nullable
  Runnable tryEnter();

  /** Returns the gate of a protection, or null if it has no gate. */
  static @Nullable Gate of(Protection protection) {
    return switch (protection.kind()) {
      case NONE, AUTO, AUTO_PLATEAU, HAND, OWN -> null;
      case GRADIENT2 -> netflix(windowed(Gradient2Limit.newDefault()));
      case VEGAS -> netflix(VegasLimit.newDefault());
      case VEGAS_WINDOWED -> netflix(windowed(VegasLimit.newDefault()));
      case BULKHEAD -> bulkhead(protection.limit());
      case FULL -> () -> null;
    };
  }

  private static Limit windowed(Limit limit) {
    return WindowedLimit.newBuilder().build(limit);
  }

  private static Gate netflix(Limit limit) {
    Limiter<@Nullable Void> limiter = SimpleLimiter.newBuilder().limit(limit).build();
    return () ->
        limiter.acquire(null).<Runnable>map(listener -> listener::onSuccess).orElse(null);
  }

  private static Gate bulkhead(int limit) {
    Bulkhead bulkhead = Bulkhead.of(
        "work",
        BulkheadConfig.custom()
            .maxConcurrentCalls(limit)
            .maxWaitDuration(Duration.ZERO)
            .build());
    return () -> bulkhead.tryAcquirePermission() ? bulkhead::onComplete : null;
  }
}
