package dev.flowshield;

import java.time.Duration;
import java.util.Objects;

/**
 * How a {@link LimitStore} answers, as one instance sees it. Immutable.
 *
 * @param isAnswering whether limits are kept by the store now, and not by each instance
 * @param reason why it is not asked, in a word such as {@code timeout}; empty while it answers
 * @param since how long that has been so
 * @param outages how often it has ceased to answer
 * @param answered requests that it has answered
 * @param failed requests that it was asked and has not answered, or not in time
 * @param withoutStore requests that were decided without it, those that failed included
 * @param instances among how many instances a limit is shared out meanwhile
 */
public record StoreStats(
    boolean isAnswering,
    String reason,
    Duration since,
    long outages,
    long answered,
    long failed,
    long withoutStore,
    int instances) {

  /** Checks that nothing is missing. */
  public StoreStats {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(since, "since");
  }
}
