package dev.flowshield;

import java.time.Duration;
import java.util.Objects;

/**
 * Statistics about the availability of a {@link LimitStore}, as seen by one instance. Immutable.
 *
 * @param isAvailable whether the store decides now, rather than each instance
 * @param reason the reason why the store is not used, in a word such as {@code timeout}; empty
 *     while it is available
 * @param stateDuration the time since the availability last changed
 * @param outages the number of times that the store became unavailable
 * @param answered the number of requests that the store has answered
 * @param failed the number of requests to the store that failed or timed out
 * @param withoutStore the number of requests decided without the store, including the failed ones
 * @param instances the number of instances by which a limit is divided during an outage
 */
public record StoreStats(
    boolean isAvailable,
    String reason,
    Duration stateDuration,
    long outages,
    long answered,
    long failed,
    long withoutStore,
    int instances) {

  /** Checks for nulls. */
  public StoreStats {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(stateDuration, "stateDuration");
  }
}
