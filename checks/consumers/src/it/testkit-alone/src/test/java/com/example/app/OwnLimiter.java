package com.example.app;

import dev.flowshield.Decision;
import dev.flowshield.LimiterSpec;
import dev.flowshield.RateLimiter;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A limiter of a user's own: a token bucket that remembers of each key when all its permits are
 * back.
 */
final class OwnLimiter implements RateLimiter {

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Long> full = new HashMap<>();
  private final LimiterSpec spec;
  private final long interval;
  private final long burst;
  private boolean forgets;
  private long forgotten; // the latest reading at which a key was forgotten as idle

  OwnLimiter(LimiterSpec spec) {
    long period = spec.limit().period().toNanos();
    this.spec = spec;
    this.interval = period / spec.limit().permits();
    this.burst = spec.limit().burst();
    if (period % spec.limit().permits() != 0 || interval > Long.MAX_VALUE / 4 / burst) {
      throw new IllegalArgumentException(
          "limit must have a whole number of nanoseconds for each permit, and a burst that fits a long, got '"
              + spec.limit() + "': choose other permits");
    }
  }

  @Override
  public Decision decide(String key, long permits) {
    Objects.requireNonNull(key, "key");
    if (key.length() > MAX_KEY_LENGTH || permits < 1) {
      throw new IllegalArgumentException("permits must be at least 1, got " + permits
          + " of a key of " + key.length() + " characters: ask for one or more, or hash the key");
    }
    lock.lock();
    try {
      long now = spec.ticker().nanos();
      Long known = full.get(key);
      if (known == null && full.size() >= spec.maxKeys()) {
        if (full.values().removeIf(time -> time - now <= 0)) {
          forgotten = forgets && forgotten - now > 0 ? forgotten : now;
          forgets = true;
        }
        if (full.size() >= spec.maxKeys()) {
          return new Decision.Rejected(0, interval);
        }
      }
      // A key that was forgotten may owe again if the clock has stepped back since.
      long mayOweUntil = known != null ? known : forgets ? forgotten : now;
      long debt = Math.max(0, mayOweUntil - now);
      if (permits > burst) {
        return new Decision.Rejected(
                Math.max(0, burst * interval - debt) / interval, Decision.NEVER)
            .withReason(Decision.Reason.BEYOND_BURST);
      }
      long early = debt + permits * interval - burst * interval;
      if (early > 0) {
        return new Decision.Rejected(Math.max(0, burst * interval - debt) / interval, early);
      }
      full.put(key, now + debt + permits * interval);
      return new Decision.Admitted(-early / interval);
    } finally {
      lock.unlock();
    }
  }
}
