package dev.flowshield.checks.overload.scenario;

import org.jspecify.annotations.Nullable;

/**
 * The traffic of clients, independent of the state of the server: arrivals are a Poisson process.
 *
 * @param base the multiple of the nominal capacity in quiet times
 * @param deadlineNanos the time that a client waits for one attempt; the work for clients that have
 *     left is done nevertheless
 * @param retries the number of retries of a client that was rejected or has left
 * @param mix the traffic beside the main traffic
 */
public record Traffic(
    Load load, double base, Population population, long deadlineNanos, int retries, Mix mix) {

  private static final long FIRST_BACKOFF = 100 * Span.MILLISECOND;

  /** Returns the longest wait before a retry, counted from 0, with full jitter. */
  public static long backoffNanos(int retry) {
    return FIRST_BACKOFF << retry;
  }

  /** Returns the time that the client of a request waits for one attempt; of a route, if given. */
  public long deadlineNanos(@Nullable Route route) {
    return route == null || route.deadlineNanos() == 0 ? deadlineNanos : route.deadlineNanos();
  }

  /** Returns the time after which the last client has a response or has left for good. */
  long patienceNanos() {
    long longest =
        mix.routes().stream().mapToLong(this::deadlineNanos).reduce(deadlineNanos, Math::max);
    long all = longest;
    for (int retry = 0; retry < retries; retry++) {
      all += backoffNanos(retry) + longest;
    }
    return all;
  }
}
