package dev.flowshield.http.answer;

import dev.flowshield.http.binding.RequestView;

/**
 * The part of a rejected request that has not arrived. A short body costs less to read than a new
 * connection. Reading a long one would make a rejection more expensive, the more a client sends.
 */
final class PendingBody {

  private static final String SHORT = "65536"; // bytes

  private PendingBody() {}

  /**
   * Returns whether the body may be longer than 64 KiB. This includes a body of unknown length, and
   * a client that waits for permission to send it: the shield cannot know whether it sends a body
   * after a rejection.
   */
  static boolean isLong(RequestView request) {
    String length = request.header("Content-Length");
    return (length != null && isAboveShort(length))
        || request.header("Transfer-Encoding") != null
        || request.header("Expect") != null;
  }

  // Compares text: the server has checked that these are digits, and a longer number is greater.
  private static boolean isAboveShort(String digits) {
    int longer = digits.length() - SHORT.length();
    return longer > 0 || (longer == 0 && digits.compareTo(SHORT) > 0);
  }
}
