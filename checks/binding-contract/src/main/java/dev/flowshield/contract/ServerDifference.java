package dev.flowshield.contract;

/**
 * What servers do each in their own way, whatever a binding asks of them. The tests hold a server
 * to what it lists as well as to what it does not list, so a list cannot grow old.
 */
public enum ServerDifference {
  /** The connection is closed after a 503. */
  CLOSES_AFTER_503,
  /** A client that waits to be told to send its body is told so before the binding is asked. */
  ASKS_FOR_BODIES_FIRST,
  /** A server without a time limit for answers of its own. */
  NO_TIMEOUT,
  /** A thread of the request's own waits for a limiter that is kept elsewhere. */
  WAITS_ON_A_THREAD,
  /** No push over HTTP/2. */
  NO_PUSH,
  /** The application cannot leave HTTP on a connection. */
  NO_UPGRADE,
  /** The server does not tell when a connection that has left HTTP ends, so it is no stream. */
  UPGRADED_IS_NOT_COUNTED,
  /** Over HTTP/1, the server sees that the client of a stream has gone only when it writes. */
  SILENT_STREAMS_OUTLIVE_CLIENTS
}
