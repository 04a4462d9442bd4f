package dev.flowshield.engine.edges;

import dev.flowshield.Decision;
import dev.flowshield.RateLimiter;
import dev.flowshield.Reservation;
import dev.flowshield.Ticker;
import dev.flowshield.engine.RejectionListener;
import dev.flowshield.spi.ForwardingRateLimiter;
import java.util.concurrent.CompletableFuture;

/** Foreign parts that work, until one of their next uses throws. */
final class Failing {

  static final String MESSAGE = "this failure is part of the test";

  private int left;

  /** Lets this use throw, counted from now; none if it is 0. */
  void failAt(int use) {
    left = use;
  }

  private void use() {
    if (left > 0 && --left == 0) {
      throw new IllegalStateException(MESSAGE);
    }
  }

  /** Throws at readings and timers. */
  Ticker ticker(Ticker ticker) {
    return new Ticker() {
      @Override
      public long nanos() {
        use();
        return ticker.nanos();
      }

      @Override
      public CompletableFuture<Void> after(long nanos) {
        use();
        return ticker.after(nanos);
      }
    };
  }

  /** Throws before it decides, reserves or shows a key. */
  RateLimiter limiter(RateLimiter limiter) {
    return new ForwardingRateLimiter() {
      @Override
      public RateLimiter delegate() {
        return limiter;
      }

      @Override
      public boolean tryAcquire(String key, long permits) {
        use();
        return limiter.tryAcquire(key, permits);
      }

      @Override
      public Decision decide(String key, long permits) {
        use();
        return limiter.decide(key, permits);
      }

      @Override
      public Reservation reserve(String key, long permits) {
        use();
        return limiter.reserve(key, permits);
      }

      @Override
      public Decision peek(String key) {
        use();
        return limiter.peek(key);
      }
    };
  }

  /** Throws when a rejection is reported to it. */
  RejectionListener listener() {
    return event -> use();
  }
}
