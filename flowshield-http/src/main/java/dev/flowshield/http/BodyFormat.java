package dev.flowshield.http;

/** The body of a rejection for clients whose Accept header asks for nothing more special. */
public enum BodyFormat {
  /** A JSON object of FlowShield's own, {@code application/json}. */
  JSON,
  /**
   * Problem details (RFC 9457), {@code application/problem+json}; also for clients that accept
   * {@code application/json} alone.
   */
  PROBLEM
}
