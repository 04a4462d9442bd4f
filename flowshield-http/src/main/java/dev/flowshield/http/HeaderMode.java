package dev.flowshield.http;

/** When answers have the headers {@code RateLimit-Policy} and {@code RateLimit}. */
public enum HeaderMode {
  /**
   * Where a request is charged to a limit for each client, whether it runs or is rejected. An
   * admitted request then costs a second look at its limits.
   */
  ALWAYS,
  /** Where a limit for each client has rejected the request. */
  ON_REJECT,
  /** Never. */
  OFF
}
