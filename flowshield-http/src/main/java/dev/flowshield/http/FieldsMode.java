package dev.flowshield.http;

/** When answers have the fields {@code RateLimit-Policy} and {@code RateLimit}. */
public enum FieldsMode {
  /** Where a limit for each client has rejected the request. */
  ON_REJECT,
  /** Never. */
  OFF
}
