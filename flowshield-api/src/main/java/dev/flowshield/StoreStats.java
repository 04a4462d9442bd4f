package dev.flowshield;

import java.time.Duration;
import java.util.Objects;

/**
 * How a {@link LimitStore} answers, as one instance sees it. Immutable.
 *
 * @param isAvailable whether limits are kept by the store now, and not by each instance
 * @param reason why it is not asked, in a word such as {@code timeout}; empty while it answers
 * @param stateDuration how long that has been so
 * @param outages how often it has ceased to answer
 * @param answered requests that it has answered
 * @param failed requests that it was asked and has not answered, or not in time
 * @param withoutStore requests that were decided without it, those that failed included
 * @param instances among how many instances a limit is shared out meanwhile
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

  /** Checks that nothing is missing. */
  public StoreStats {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(stateDuration, "stateDuration");
  }
}
