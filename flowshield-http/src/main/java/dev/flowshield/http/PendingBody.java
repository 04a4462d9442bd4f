package dev.flowshield.http;

/**
 * How much of a rejected request is still to come. A short body costs less to read than a new
 * connection does; a long one would make rejecting the dearer, the more a client sends.
 */
final class PendingBody {

  private static final String SHORT = "65536"; // bytes

  private PendingBody() {}

  /**
   * Whether the body may be longer than 64 KiB, or its length is not known; or the client waits to
   * be told to send it, and it cannot be known whether it will once it is rejected.
   */
  static boolean isLong(RequestView request) {
    String length = request.header("Content-Length");
    return (length != null && isAboveShort(length))
        || request.header("Transfer-Encoding") != null
        || request.header("Expect") != null;
  }

  // As text: the server has checked that these are digits, and of numbers the longer text is the
  // greater.
  private static boolean isAboveShort(String digits) {
    int longer = digits.length() - SHORT.length();
    return longer > 0 || (longer == 0 && digits.compareTo(SHORT) > 0);
  }
}
