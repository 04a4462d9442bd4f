package dev.flowshield.engine;

/**
 * Gets rejections, to write them to a log or to raise an alarm.
 *
 * <p>A listener can neither slow the shield nor break it. An executor calls it, never while a
 * caller waits for its rejection. There is one call at a time, and a bounded number a second of
 * each {@link RejectionEvent.Kind kind}; rejections in between are counted, and the next event of
 * their kind has the count. Calls of one kind come in the order of the rejections, and each call
 * happens-before the next.
 *
 * <p>Whatever it throws is counted and goes no further, including errors: the JVM has reacted to a
 * lack of memory when the error was thrown, and no caller of the listener could do more.
 */
@FunctionalInterface
public interface RejectionListener {

  /**
   * Reports a rejected request. May be slow: until it returns, one more rejection of each other
   * kind waits, and all further ones are only counted.
   */
  void rejected(RejectionEvent event);
}
