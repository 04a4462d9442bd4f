package dev.flowshield.engine.overload;

/**
 * Tells from samples whether a queue stands in front of the gate, such as that of a pool of threads
 * of which all are busy. A short one, after a bunch of requests, is none that stands: a queue
 * stands if no sample of the last intervals was short.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
final class QueueInFront {

  private static final long INTERVAL_NANOS = 100_000_000;
  private static final int INTERVALS = 2;
  private static final int INTERVALS_AFTER_PAUSE = 10;
  private static final long SHORT_NANOS = 5_000_000;

  private long endsAt;
  private boolean isSampled;
  private boolean isShort; // a sample of this interval
  private int standing; // intervals in a row

  /** A request, or what stands for one, has waited before the gate was asked. */
  void waited(long nanos, long now) {
    if (!isSampled) {
      isSampled = true;
      endsAt = now + INTERVAL_NANOS;
    }
    if (nanos < SHORT_NANOS) {
      isShort = true;
      standing = 0;
    }
    if (now - endsAt >= 0) {
      standing = isShort ? 0 : standing + 1;
      isShort = false;
      endsAt = now + INTERVAL_NANOS;
    }
  }

  /**
   * Whether one stands at this moment.
   *
   * @param isAfterPause of the process: what has come meanwhile is worked off, which may take some
   *     time
   */
  boolean stands(boolean isAfterPause) {
    return standing >= (isAfterPause ? INTERVALS_AFTER_PAUSE : INTERVALS);
  }

  /** It has been acted upon: it takes some time to see whether it still stands. */
  void restart() {
    standing = 0;
  }
}
