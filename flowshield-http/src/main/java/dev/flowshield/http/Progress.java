package dev.flowshield.http;

import org.jspecify.annotations.Nullable;

/** How far the work of an admitted request has come, as a binding sees it. */
public enum Progress {
  /** The application works, or could still begin, and the client may be there. */
  GOING_ON,
  /**
   * What was to be done at once is done, and what stays open is a stream, such as an event stream
   * whose first bytes are out, or a web socket.
   */
  ESTABLISHED,
  /** The client has gone, and the server may never tell when the work has ended. */
  CLIENT_GONE,
  /**
   * The application has handed the request back, and the server may never tell that it is done with
   * it.
   */
  HANDED_BACK,
  /** The work has ended. */
  ENDED;

  /**
   * How far the work has come where the response is committed and has not ended:
   * {@link #ESTABLISHED} if it is an event stream, else {@link #GOING_ON}.
   *
   * @param contentType the value of the header {@code Content-Type}; null if there is none
   */
  public static Progress committed(@Nullable String contentType) {
    return StreamDetector.isEventStream(contentType) ? ESTABLISHED : GOING_ON;
  }
}
