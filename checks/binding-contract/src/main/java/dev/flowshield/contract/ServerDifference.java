package dev.flowshield.contract;

/**
 * The behaviors in which servers differ, whatever a binding does. The tests check that a server
 * shows the differences that it lists, and no others, so a list is never out of date.
 */
public enum ServerDifference {
  /** The connection is closed after a 503. */
  CLOSES_AFTER_503,
  /** The server sends {@code 100 Continue} before it calls the binding. */
  ASKS_FOR_BODIES_FIRST,
  /** The server has no time limit for responses. */
  NO_TIMEOUT,
  /** The thread of the request waits for a limiter that is kept elsewhere. */
  WAITS_ON_A_THREAD,
  /** The server has no push over HTTP/2. */
  NO_PUSH,
  /** The application cannot leave HTTP on a connection. */
  NO_UPGRADE,
  /**
   * The server does not report the end of a connection that has left HTTP, so the connection is not
   * counted as a stream.
   */
  UPGRADED_IS_NOT_COUNTED,
  /** Over HTTP/1, the server detects that the client of a stream has gone only when it writes. */
  SILENT_STREAMS_OUTLIVE_CLIENTS
}
