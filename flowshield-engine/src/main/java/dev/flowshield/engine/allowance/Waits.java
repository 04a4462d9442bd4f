package dev.flowshield.engine.allowance;

import java.util.HashMap;
import java.util.Map;

/**
 * Until when callers wait, key by key.
 *
 * <p>A caller that waits has taken its permits ahead, and uses them at a time that is fixed. A
 * refund is therefore computed as of the latest such time of its key, as if the clock showed it
 * already: what would have come back by then is not given back, or else the permits would pass once
 * more at the time of the caller that waits. (The proof is that of any refund: every taking behind
 * the permits is by a reading not later than that time.)
 *
 * <p>Not thread-safe: for the holder of the lock under which words fall.
 */
final class Waits {

  private Map<Long, Long> latest = Map.of(); // no memory before the first use

  /** Notes the latest time for which a caller waits; before its permits are taken ahead. */
  void until(long hash, long time) {
    if (latest.isEmpty()) {
      latest = new HashMap<>();
    }
    latest.put(hash, time);
  }

  /** Nothing is waited for any more. */
  void over(long hash) {
    if (!latest.isEmpty()) {
      latest.remove(hash);
    }
  }

  /** The time as of which a refund is computed: {@code now}, or later. */
  long refundTime(long hash, long now) {
    if (latest.isEmpty()) {
      return now;
    }
    long time = latest.getOrDefault(hash, now);
    return time - now > 0 ? time : now;
  }
}
