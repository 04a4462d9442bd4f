package dev.flowshield.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The permits that requests in line wait for, by limit and key.
 *
 * <p>Not thread-safe, until it is published.
 */
final class QueuedDemand {

  private final Map<ActiveLimit, Map<Long, Long>> permits = new HashMap<>();

  /** Returns the permits of a key that are waited for. */
  long permits(ActiveLimit limit, long hash) {
    Map<Long, Long> known = permits.get(limit);
    return known == null ? 0 : known.getOrDefault(hash, 0L);
  }

  /** More permits of a key are waited for. */
  void add(ActiveLimit limit, long hash, long more) {
    permits.computeIfAbsent(limit, any -> new HashMap<>()).merge(hash, more, Long::sum);
  }

  /**
   * Publishes the demand to the limits, in place of the demand before. Nothing is added from then
   * on.
   */
  void publish(QueuedDemand before) {
    Set<ActiveLimit> limits = before.permits.keySet();
    for (ActiveLimit limit : limits) {
      if (!permits.containsKey(limit)) {
        limit.queuedDemand(null);
      }
    }
    permits.forEach(ActiveLimit::queuedDemand);
  }
}
