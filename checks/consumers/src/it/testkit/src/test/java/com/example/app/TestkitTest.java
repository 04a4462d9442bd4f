package com.example.app;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimit;
import dev.flowshield.RateLimiter;
import dev.flowshield.testkit.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TestkitTest {

  @Test
  void aTestTurnsTheTimeByHand() {
    ManualTicker ticker = ManualTicker.atZero();
    RateLimiter limiter =
        RateLimiter.of("token-bucket", LimiterSpec.of(RateLimit.parse("1/s")).withTicker(ticker));

    assertTrue(limiter.tryAcquire("alice"));
    ticker.advance(Duration.ofSeconds(1).minusNanos(1));
    assertFalse(limiter.tryAcquire("alice"));
    ticker.advanceNanos(1);
    assertTrue(limiter.tryAcquire("alice"));
  }
}
