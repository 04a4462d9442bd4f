package dev.flowshield.checks.overload.scenario;

import org.jspecify.annotations.Nullable;

/**
 * What clients send, not caring how the server fares: arrivals are a Poisson process.
 *
 * @param base the multiple of the nominal capacity in quiet times
 * @param deadlineNanos a client waits for less than this for one attempt; the work for clients that
 *     have left is done nevertheless
 * @param retries how often a client tries again that was rejected or has left
 * @param mix what is sent beside that
 */
public record Traffic(
    Load load, double base, Population population, long deadlineNanos, int retries, Mix mix) {

  private static final long FIRST_BACKOFF = 100 * Span.MILLISECOND;

  /** The longest that a client waits before a retry, the first of which is 0: full jitter. */
  public static long backoffNanos(int retry) {
    return FIRST_BACKOFF << retry;
  }

  /** How long the client of a request waits for one attempt; of a route, if it is given. */
  public long deadlineNanos(@Nullable Route route) {
    return route == null || route.deadlineNanos() == 0 ? deadlineNanos : route.deadlineNanos();
  }

  /** After this time the last client has an answer or has left for good. */
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
