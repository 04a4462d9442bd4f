package dev.flowshield.http.answer;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * The bodies for one reason to reject, one of each kind. They differ in the wait alone.
 *
 * <p>Immutable. Creates a body at each call; only {@linkplain Pages pages} are cached.
 */
final class Bodies {

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVICE_UNAVAILABLE = 503;

  private final RejectionReason reason;
  private final Pages pages;
  private final String beforeRetryAfter;
  private final String afterRetryAfter;
  private final byte[] problem;

  /**
   * Creates the bodies for a limit.
   *
   * @param policy the name of the limit; null if clients must not know it
   * @param scope the scope of the limit: {@code per-ip}, {@code per-key} or {@code global}
   * @param permits the permits of the limit
   */
  static Bodies ofLimit(
      RejectionReason reason,
      int status,
      @Nullable String policy,
      String scope,
      long permits,
      Pages pages) {
    String members = ",\"limit\":" + permits + ",\"mode\":\"" + scope + "\"";
    String violated = policy == null ? "" : ",\"violated-policies\":[\"" + policy + "\"]";
    return new Bodies(reason, status, members, violated, pages);
  }

  /** Creates bodies that name no limit. */
  static Bodies of(RejectionReason reason, int status, String mode, Pages pages) {
    return new Bodies(reason, status, ",\"mode\":\"" + mode + "\"", "", pages);
  }

  private Bodies(RejectionReason reason, int status, String members, String violated, Pages pages) {
    this.reason = reason;
    this.pages = pages;
    this.beforeRetryAfter =
        "{\"status\":\"busy\",\"message\":\"" + reason.message() + "\",\"retry_after\":";
    this.afterRetryAfter = members + "}";
    boolean isOfServer = status == SERVICE_UNAVAILABLE
        || (status != TOO_MANY_REQUESTS && reason == RejectionReason.SERVER_BUSY);
    String title = isOfServer ? "Service Unavailable" : "Too Many Requests";
    this.problem = bytes("{\"type\":\"" + reason.problemType() + "\",\"title\":\"" + title
        + "\",\"status\":" + status + violated + "}");
  }

  /** Returns the body for a wait. It is shared and must not be changed. */
  byte[] body(BodyKind kind, long seconds) {
    return switch (kind) {
      case JSON -> bytes(beforeRetryAfter + seconds + afterRetryAfter);
      case PROBLEM -> problem;
      case HTML -> pages.repeating(reason, seconds);
      case HTML_WITH_BUTTON -> pages.withButton(reason, seconds);
      case TEXT -> bytes(reason.message() + ": try again in " + Page.words(seconds) + "\n");
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
