package dev.flowshield.engine.overload;

/**
 * The number of requests that may be begun before their cost is known: as many as the processors
 * can work off in a quarter of a second, and from then on as many as they can work off. The whole
 * budget is there again if the processors are seen not to be busy.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
final class ProcessorBudget {

  private static final double LEAST = 16; // requests at once
  private static final double RENEWAL_NANOS = 100e6;

  private final Processors processors;
  private double left;
  private double begun; // until the last look
  private long lookedAt;
  private long renewedAt;

  ProcessorBudget(Processors processors) {
    this.processors = processors;
  }

  /** All of it is there. */
  void begin(long now) {
    left = Double.MAX_VALUE;
    begun = 0;
    lookedAt = now;
    renewedAt = now;
  }

  /**
   * Requests have been begun.
   *
   * @param newBegun the number since it began
   * @param latency the latency of work that waits for nothing, in ticks: before that, its cost is
   *     not seen
   */
  void look(double newBegun, double latency, long now) {
    if (!processors.isCostKnown()) {
      return;
    }
    double ticks = (double) (now - lookedAt) / Window.NANOS_PER_TICK;
    double most = Math.max(LEAST, processors.atOnce());
    left = Math.min(most, left - (newBegun - begun) + ticks * processors.perTick());
    begun = newBegun;
    lookedAt = now;
    double renewal = Math.max(RENEWAL_NANOS, latency * Window.NANOS_PER_TICK);
    if (now - renewedAt > renewal
        && !processors.areBusySince(renewedAt)
        && processors.isSampleSince(renewedAt)) {
      left = most;
      renewedAt = now;
    }
  }

  /** Returns whether more was begun than the processors can work off. */
  boolean isSpent() {
    return left <= 0;
  }

  /** Returns how many were begun, and how many might have been. */
  String spending() {
    return (long) begun + " requests begun and " + (long) (begun + left) + " can be worked off";
  }

  /** Returns how many may be begun now. */
  double left() {
    return Math.max(0, left);
  }
}
