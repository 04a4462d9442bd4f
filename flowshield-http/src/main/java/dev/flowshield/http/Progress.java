package dev.flowshield.http;

/** How far the work of an admitted request has come, as a binding sees it. */
public enum Progress {
  /** The application works, or could still begin, and the client may be there. */
  GOING_ON,
  /** The client has gone, and the server may never tell when the work has ended. */
  CLIENT_GONE,
  /**
   * The application has handed the request back, and the server may never tell that it is done with
   * it.
   */
  HANDED_BACK,
  /** The work has ended. */
  ENDED
}
