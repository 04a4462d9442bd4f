package dev.flowshield;

/**
 * The state of one rate of a limit for one key, after a decision or without one.
 *
 * @param limit the name of the limit in a shield; in a limiter, the text of the rate
 * @param rate the rate
 * @param remaining the permits left
 * @param retryAfterNanos the wait, in nanoseconds, after which this rate alone would admit the same
 *     request again; 0 if it would do so now, {@link Decision#NEVER} if the request is for more
 *     than the burst
 */
public record LimitStatus(String limit, RateLimit rate, long remaining, long retryAfterNanos) {

  /** Creates the status of a rate that has no name but its text. */
  public LimitStatus(RateLimit rate, long remaining, long retryAfterNanos) {
    this(rate.toString(), rate, remaining, retryAfterNanos);
  }
}
