package dev.flowshield.engine.allowance;

import java.util.HashMap;
import java.util.Map;

/**
 * The times until which callers wait, by key.
 *
 * <p>A waiter has taken its permits ahead of time, and uses them at a fixed time. A refund is
 * therefore computed as of the latest such time of its key, as if the clock showed that time
 * already. What comes back by itself until then is not refunded; otherwise the permits would be
 * admitted once more at the time of the waiter. (The proof is that of any refund: every taking
 * behind the permits is by a reading not later than that time.)
 *
 * <p>Not thread-safe: for the holder of the lock under which words decrease.
 */
final class WaitTimes {

  private Map<Long, Long> latest = Map.of(); // no memory before the first use

  /**
   * Records the latest time until which a caller waits. Called before its permits are taken ahead.
   */
  void until(long hash, long time) {
    if (latest.isEmpty()) {
      latest = new HashMap<>();
    }
    latest.put(hash, time);
  }

  /** Records that no caller waits any more. */
  void over(long hash) {
    if (!latest.isEmpty()) {
      latest.remove(hash);
    }
  }

  /** Returns whether a caller waits for permits of a key. */
  boolean isWaitedFor(long hash) {
    return !latest.isEmpty() && latest.containsKey(hash);
  }

  /** Returns the time as of which a refund is computed: {@code now}, or later. */
  long refundTime(long hash, long now) {
    if (latest.isEmpty()) {
      return now;
    }
    long time = latest.getOrDefault(hash, now);
    return time - now > 0 ? time : now;
  }
}
