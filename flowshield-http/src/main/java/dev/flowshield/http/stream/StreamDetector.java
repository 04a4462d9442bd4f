package dev.flowshield.http.stream;

import dev.flowshield.http.binding.RequestView;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Detects requests that announce a stream. A pure function. */
public final class StreamDetector {

  private static final String EVENT_STREAM = "text/event-stream";
  private static final String WEB_SOCKET = "websocket";

  private StreamDetector() {}

  /**
   * Returns whether a request announces a stream: an event stream, or a web socket, which HTTP/2
   * announces as an extended CONNECT (RFC 8441).
   */
  public static boolean isAnnouncedBy(RequestView request) {
    return names(request.header("Accept"), EVENT_STREAM)
        || names(request.header("Upgrade"), WEB_SOCKET)
        || request.method().equals("CONNECT");
  }

  private static boolean names(@Nullable String header, String sought) {
    return header != null && header.toLowerCase(Locale.ROOT).contains(sought);
  }
}
