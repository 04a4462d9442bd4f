package dev.flowshield.http.answer;

/**
 * The types of problem details, as the draft of the RateLimit headers proposes to register them.
 */
final class ProblemTypes {

  private static final String REGISTRY = "https://iana.org/assignments/http-problem-types#";

  /** A client has exhausted its limit. */
  static final String QUOTA_EXCEEDED = REGISTRY + "quota-exceeded";

  /** All clients together request more than the server can serve. */
  static final String TEMPORARY_REDUCED_CAPACITY = REGISTRY + "temporary-reduced-capacity";

  /** A client continues after it was rejected. */
  static final String ABNORMAL_USAGE_DETECTED = REGISTRY + "abnormal-usage-detected";

  private ProblemTypes() {}
}
