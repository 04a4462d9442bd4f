package dev.flowshield.testkit;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import java.util.HashMap;
import java.util.Map;

/**
 * A small token bucket, as in a first version of a limiter. Its state is the time at which each key
 * is full again. Defects override its steps.
 */
class Bucket implements RateLimiter {
  final Map<String, Long> full = new HashMap<>();
  final LimiterSpec spec;
  final long interval;
  final long burst;

  Bucket(LimiterSpec spec) {
    this.spec = spec;
    this.interval = spec.limit().period().toNanos() / spec.limit().permits();
    this.burst = spec.limit().burst() * interval;
  }

  long now() {
    return spec.ticker().nanos();
  }

  long told(long wait) {
    return wait;
  }

  void rejected(String key, long owed) {}

  @Override
  public Decision decide(String key, long permits) {
    long now = now();
    long owed = Math.max(0, full.getOrDefault(key, now) - now);
    long wait = owed + permits * interval - burst;
    if (wait > 0) {
      rejected(key, owed);
      return new Decision.Rejected((burst - owed) / interval, told(wait));
    }
    full.put(key, now + owed + permits * interval);
    return new Decision.Admitted(-wait / interval);
  }
}
