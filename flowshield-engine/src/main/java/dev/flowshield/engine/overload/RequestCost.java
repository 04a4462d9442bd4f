package dev.flowshield.engine.overload;

/**
 * The processor time of a request. It is learned while nothing is going on, and at once if requests
 * turn out to take much less.
 *
 * <p>Confined to the thread that holds the gate's lock.
 */
final class RequestCost {

  private static final double HALF_LIFE_NANOS = 5e9;
  private static final double FEWEST_ENDS = 8;
  private static final double LEAST_USED_NANOS = 50e6;
  private static final double LEAST_SHARE = 0.2; // else most may be compilation, or other work
  private static final double STEP_NANOS = 10e6; // by which a JDK counts

  // Work that ends in a span may have used time before it. Of a span of four latencies it is a
  // quarter at most; in a tenth of a second after a cut, nearly all.
  private static final double LATENCIES = 4;
  private static final double SHORTEST_NANOS = 100e6;
  private static final double MUCH_LESS = 0.5;

  private final int processors;
  private double used; // the later, the more weight
  private double ended;
  private double passed; // nanoseconds
  private Totals last = Totals.NONE;
  private Totals spanFrom = Totals.NONE;

  private record Totals(long used, long ended, long at) {
    static final Totals NONE = new Totals(0, 0, 0);
  }

  /** The cost for a process that may use this many processors. */
  RequestCost(int processors) {
    this.processors = processors;
  }

  /** Begins to look. */
  void begin(long newUsed, long newEnded, long now) {
    last = new Totals(newUsed, newEnded, now);
    spanFrom = last;
  }

  /**
   * Looks.
   *
   * @param newUsed the processor time until now
   * @param newEnded the work that has ended until now
   * @param isUsual whether nothing is going on
   * @param latency the latency of work that waits for nothing, in ticks
   */
  void look(long newUsed, long newEnded, boolean isUsual, double latency, long now) {
    Totals next = new Totals(newUsed, newEnded, now);
    double least = Math.max(SHORTEST_NANOS, LATENCIES * latency * Window.NANOS_PER_TICK);
    if (now - spanFrom.at >= least && newEnded - spanFrom.ended >= FEWEST_ENDS) {
      if (isMuchLess(spanFrom, next)) {
        used = 0;
        ended = 0;
        passed = 0;
        add(spanFrom, next);
      }
      spanFrom = next;
    }
    if (isUsual) {
      add(last, next);
    }
    last = next;
  }

  private boolean isMuchLess(Totals from, Totals to) {
    double most = to.used - from.used + STEP_NANOS;
    return isKnown() && most / (to.ended - from.ended) < MUCH_LESS * nanos();
  }

  private void add(Totals from, Totals to) {
    double nanos = to.at - from.at;
    double kept = Math.pow(0.5, nanos / HALF_LIFE_NANOS);
    passed = kept * passed + nanos;
    used = kept * used + (to.used - from.used);
    ended = kept * ended + (to.ended - from.ended);
  }

  /** Returns whether it is known. */
  boolean isKnown() {
    return used >= Math.max(LEAST_USED_NANOS, LEAST_SHARE * processors * passed)
        && ended >= FEWEST_ENDS;
  }

  /** Returns the cost of a request, in nanoseconds of one processor. */
  double nanos() {
    return used / ended;
  }
}
