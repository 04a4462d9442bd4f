package dev.flowshield.http.answer;

/** The reasons to reject, in the words that clients and people are told. */
public enum RejectionReason {
  /** A client has spent its limit. */
  CLIENT_OVER_LIMIT(
      "Rate limit exceeded",
      ProblemTypes.QUOTA_EXCEEDED,
      "Too many requests",
      "This site has received many requests from you, or from others who share your connection,"
          + " in a short time."),
  /** All clients together have spent a limit. */
  ALL_OVER_LIMIT(
      "Rate limit exceeded",
      ProblemTypes.TEMPORARY_REDUCED_CAPACITY,
      "This site is busy",
      "More people are using this site than it can serve at this moment. You have done nothing"
          + " wrong."),
  /** A client goes on after it was rejected. */
  BLOCKED(
      "Blocked after too many rejected requests",
      ProblemTypes.ABNORMAL_USAGE_DETECTED,
      "Requests are paused",
      "Requests from your connection kept coming after this site had asked to wait, so this wait"
          + " is longer."),
  /** A client has as many streams open as it may. */
  CLIENT_STREAMS(
      "Too many open streams",
      ProblemTypes.QUOTA_EXCEEDED,
      "Too many open connections",
      "As many live connections to this site are open from you, or from others who share your"
          + " connection, as there may be. Closing other pages of this site helps."),
  /** As much work is in flight as the server can carry. */
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

  /** What developers read. */
  String message() {
    return message;
  }

  String problemType() {
    return problemType;
  }

  /** What people read first. */
  String title() {
    return title;
  }

  /** What people read next. */
  String explanation() {
    return explanation;
  }
}
