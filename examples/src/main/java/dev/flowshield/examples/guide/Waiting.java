package dev.flowshield.examples.guide;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Work that is paced rather than rejected. */
public final class Waiting {

  private Waiting() {}

  // snippet: guide-wait
  static boolean send(RateLimiter limiter, Runnable call) throws InterruptedException {
    if (!limiter.acquire("partner", Duration.ofSeconds(5)).isAdmitted()) {
      return false; // the wait would exceed 5 seconds, so it is rejected at once
    }
    call.run();
    return true;
  }
  // end

  // snippet: guide-wait-queue
  static RateLimiter limiter() {
    return RateLimiter.of(LimiterSpec.of("10/s").withMaxQueued(5_000));
  }

  static String explain(Decision.Rejected rejected) {
    return rejected.reason() == Decision.Reason.QUEUE_FULL
        ? "too many wait already"
        : "it would take " + rejected.retryAfter();
  }
  // end

  // snippet: guide-wait-async
  static CompletableFuture<Void> sendLater(RateLimiter limiter, Runnable call, Executor executor) {
    return limiter
        .acquireAsync("partner", Duration.ofSeconds(5))
        .thenAcceptAsync(
            decision -> {
              if (decision.isAdmitted()) {
                call.run();
              }
            },
            executor); // the timer thread is not for work
  }
  // end
}
