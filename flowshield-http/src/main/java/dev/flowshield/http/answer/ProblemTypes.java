package dev.flowshield.http.answer;

/**
 * The types of problem details, as the draft of the RateLimit headers proposes to register them.
 */
final class ProblemTypes {

  private static final String REGISTRY = "https://iana.org/assignments/http-problem-types#";

  /** A client has spent a limit of its own. */
  static final String QUOTA_EXCEEDED = REGISTRY + "quota-exceeded";

  /** The server has less to give than all clients together ask for. */
  static final String TEMPORARY_REDUCED_CAPACITY = REGISTRY + "temporary-reduced-capacity";

  /** A client goes on after it was rejected. */
  static final String ABNORMAL_USAGE_DETECTED = REGISTRY + "abnormal-usage-detected";

  private ProblemTypes() {}
}
