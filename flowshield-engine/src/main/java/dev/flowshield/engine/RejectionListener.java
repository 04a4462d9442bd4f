package dev.flowshield.engine;

/**
 * Is told of rejections, to write to a log or to raise an alarm.
 *
 * <p>A listener cannot slow the shield or break it. It is called by an executor, never while a key waits for its rejection; one call
 * at a time, and of each {@link RejectionEvent.Kind kind} of rejections only so many a second. What happens meanwhile is counted and told with the
 * next event of its kind. Calls of one kind come in the order of the rejections; each call sees what the one before did.
 *
 * <p>Whatever it throws is counted and goes no further, errors included: what the JVM does about a lack of memory it does when the error
 * comes up, and nobody behind the listener could do more. Catch what you want to see.
 */
@FunctionalInterface
public interface RejectionListener {

  /** A key was rejected. May take its time: until it returns, one more rejection of each other kind waits, and all else is only counted. */
  void rejected(RejectionEvent event);
}
