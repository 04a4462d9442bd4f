package dev.flowshield.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What tells a stream from other requests and responses. Pure functions. */
final class StreamDetector {

  private static final String EVENT_STREAM = "text/event-stream";
  private static final String WEB_SOCKET = "websocket";

  private StreamDetector() {}

  /**
   * Whether a request announces a stream: a web socket, over HTTP/2 as an extended CONNECT (RFC
   * 8441), or an event stream.
   */
  static boolean isAnnouncedBy(RequestView request) {
    return names(request.header("Accept"), EVENT_STREAM)
        || names(request.header("Upgrade"), WEB_SOCKET)
        || request.method().equals("CONNECT");
  }

  private static boolean names(@Nullable String header, String sought) {
    return header != null && header.toLowerCase(Locale.ROOT).contains(sought);
  }

  /** Whether a response of this type is a stream of events. */
  static boolean isEventStream(@Nullable String contentType) {
    if (contentType == null) {
      return false;
    }
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return type.strip().equalsIgnoreCase(EVENT_STREAM);
  }
}
