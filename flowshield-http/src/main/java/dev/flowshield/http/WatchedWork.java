package dev.flowshield.http;

/**
 * The work of an admitted request, as a binding shows it to {@link HttpAdmitted#watch}.
 *
 * <p>Both methods are called on a thread of the shield. They must be quick, and must neither block
 * nor throw.
 */
@FunctionalInterface
public interface WatchedWork {

  /** Returns how far the work has come. */
  Progress progress();

  /**
   * Ends a stream for which there is no room: closes its connection, resets its HTTP/2 stream, or
   * completes its response. Called at most once. The default does nothing, for a binding that
   * cannot end a stream: it stays in flight until there is room for it.
   */
  default void cutOff() {}
}
