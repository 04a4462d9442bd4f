package dev.flowshield.engine.limiter;

import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.engine.rate.SlidingWindow;
import dev.flowshield.spi.RateLimiterProvider;

/** Creates limiters that count over two windows, by the name {@code sliding-window}. */
public final class SlidingWindowProvider implements RateLimiterProvider {

  @Override
  public String name() {
    return "sliding-window";
  }

  @Override
  public RateLimiter create(LimiterSpec spec) {
    spec.requireOptionsIn(Arguments.START);
    long start = spec.ticker().nanos();
    return new KeyedLimiter(limit -> new SlidingWindow(limit, start), spec);
  }
}
