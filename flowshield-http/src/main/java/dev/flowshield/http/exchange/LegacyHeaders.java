package dev.flowshield.http.exchange;

/**
 * The meaning of the headers {@code X-RateLimit-Limit}, {@code X-RateLimit-Remaining} and {@code
 * X-RateLimit-Reset} in rejections, which many clients know and no standard defines.
 */
public enum LegacyHeaders {
  /** The headers are not sent. */
  OFF,
  /** {@code X-RateLimit-Reset} is the wait in seconds. */
  DELTA,
  /** {@code X-RateLimit-Reset} is the time at which the wait ends, in seconds since 1970. */
  EPOCH
}
