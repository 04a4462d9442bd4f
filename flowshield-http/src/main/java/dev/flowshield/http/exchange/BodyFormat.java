package dev.flowshield.http.exchange;

/** The body of a rejection, unless the Accept header of the client prefers another one. */
public enum BodyFormat {
  /** A JSON object of FlowShield's own, {@code application/json}. */
  JSON,
  /**
   * Problem details (RFC 9457), {@code application/problem+json}; also for clients that accept
   * {@code application/json} alone.
   */
  PROBLEM
}
