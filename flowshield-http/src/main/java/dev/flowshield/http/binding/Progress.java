package dev.flowshield.http.binding;

import org.jspecify.annotations.Nullable;

/** The progress of an admitted request's work, as a binding sees it. */
public enum Progress {
  /** The application works or may still begin, and the client may be there. */
  GOING_ON,
  /**
   * The immediate work is done, and the exchange stays open as a stream, such as an event stream
   * whose first bytes are out, or a web socket.
   */
  ESTABLISHED,
  /** The client has gone, and the server may never report the end of the work. */
  CLIENT_GONE,
  /** The application has handed the request back, and the server may never report its end. */
  HANDED_BACK,
  /** The work has ended. */
  ENDED;

  private static final String EVENT_STREAM = "text/event-stream";

  /**
   * Returns the progress of work whose response is committed and has not ended: {@link
   * #ESTABLISHED} for an event stream, else {@link #GOING_ON}.
   *
   * @param contentType the value of the header {@code Content-Type}, or null
   */
  public static Progress committed(@Nullable String contentType) {
    return contentType != null && isEventStream(contentType) ? ESTABLISHED : GOING_ON;
  }

  private static boolean isEventStream(String contentType) {
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return type.strip().equalsIgnoreCase(EVENT_STREAM);
  }
}
