package dev.flowshield.http.binding;

/**
 * The work of an admitted request, as a binding shows it to {@code HttpAdmitted.watch}.
 *
 * <p>Both methods are called on a thread of the shield. They must be quick, and must neither block
 * nor throw.
 */
@FunctionalInterface
public interface WatchedWork {

  /** Returns the progress of the work. */
  Progress progress();

  /**
   * Ends a stream for which there is no room: closes its connection, resets its HTTP/2 stream, or
   * completes its response. Called at most once. The default has no effect, for a binding that
   * cannot end a stream. Such a stream stays in flight until there is room for it.
   */
  default void cutOff() {}
}
