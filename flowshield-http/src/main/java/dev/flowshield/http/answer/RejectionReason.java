package dev.flowshield.http.answer;

/** The reasons to reject, with their texts for clients and for people. */
enum RejectionReason {
  /** A client has exhausted its limit. */
  CLIENT_OVER_LIMIT(
      "Rate limit exceeded",
      ProblemTypes.QUOTA_EXCEEDED,
      "Too many requests",
      "This site has received many requests from you, or from others who share your connection,"
          + " in a short time."),
  /** All clients together have exhausted a limit. */
  ALL_OVER_LIMIT(
      "Rate limit exceeded",
      ProblemTypes.TEMPORARY_REDUCED_CAPACITY,
      "This site is busy",
      "More people are using this site than it can serve at this moment. You have done nothing"
          + " wrong."),
  /** A client continues after it was rejected. */
  BLOCKED(
      "Blocked after too many rejected requests",
      ProblemTypes.ABNORMAL_USAGE_DETECTED,
      "Requests are paused",
      "Requests from your connection kept coming after this site had asked to wait, so this wait"
          + " is longer."),
  /** A client has reached its cap on open streams. */
  CLIENT_STREAMS(
      "Too many open streams",
      ProblemTypes.QUOTA_EXCEEDED,
      "Too many open connections",
      "As many live connections to this site are open from you, or from others who share your"
          + " connection, as there may be. Closing other pages of this site helps."),
  /** The server has reached its cap on work in flight. */
  SERVER_BUSY(
      "Server is busy",
      ProblemTypes.TEMPORARY_REDUCED_CAPACITY,
      "This site is busy",
      "More people are using this site than it can serve at this moment. You have done nothing"
          + " wrong.");

  private final String message;
  private final String problemType;
  private final String title;
  private final String explanation;

  RejectionReason(String message, String problemType, String title, String explanation) {
    this.message = message;
    this.problemType = problemType;
    this.title = title;
    this.explanation = explanation;
  }

  /** Returns the message for developers. */
  String message() {
    return message;
  }

  String problemType() {
    return problemType;
  }

  /** Returns the title for people. */
  String title() {
    return title;
  }

  /** Returns the explanation for people. */
  String explanation() {
    return explanation;
  }
}
