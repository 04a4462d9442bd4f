package dev.flowshield.http;

/**
 * Whether rejections have the headers {@code X-RateLimit-Limit}, {@code X-RateLimit-Remaining} and
 * {@code X-RateLimit-Reset}, which many clients know and no standard defines.
 */
public enum LegacyHeaders {
  /** They have not. */
  OFF,
  /** {@code X-RateLimit-Reset} is the wait in seconds. */
  DELTA,
  /** {@code X-RateLimit-Reset} is when the wait ends, in seconds since 1970. */
  EPOCH
}
