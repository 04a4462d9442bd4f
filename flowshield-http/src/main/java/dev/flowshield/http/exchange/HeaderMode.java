package dev.flowshield.http.exchange;

/** The responses that have the headers {@code RateLimit-Policy} and {@code RateLimit}. */
public enum HeaderMode {
  /**
   * All responses to requests that are charged to a per-client limit, admitted or rejected. An
   * admitted request then costs a second evaluation of its limits.
   */
  ALWAYS,
  /** Rejections by a per-client limit. */
  ON_REJECT,
  /** No responses. */
  OFF
}
