package com.example.app;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import dev.flowshield.spi.RateLimiterProvider;
import java.util.HashMap;
import java.util.Map;

/** Counts the permits of each key in one window after the other. */
public final class OwnWindowProvider implements RateLimiterProvider {

  /** For the service loader. */
  public OwnWindowProvider() {}

  @Override
  public String name() {
    return "own-window";
  }

  @Override
  public RateLimiter create(LimiterSpec spec) {
    spec.requireOptionsIn();
    return new OwnWindow(spec);
  }

  private static final class OwnWindow implements RateLimiter {
    private final LimiterSpec spec;
    private final long length;
    private final long start;
    private final Map<String, Long> taken = new HashMap<>();
    private long window;

    OwnWindow(LimiterSpec spec) {
      this.spec = spec;
      this.length = spec.limit().period().toNanos();
      this.start = spec.ticker().nanos();
    }

    @Override
    public synchronized Decision decide(String key, long permits) {
      long elapsed = spec.ticker().nanos() - start;
      if (elapsed / length != window) {
        window = elapsed / length;
        taken.clear();
      }
      long remaining = spec.limit().permits() - taken.getOrDefault(key, 0L);
      if (permits > remaining) {
        return new Decision.Rejected(remaining, length - elapsed % length);
      }
      taken.merge(key, permits, Long::sum);
      return new Decision.Admitted(remaining - permits);
    }
  }
}
