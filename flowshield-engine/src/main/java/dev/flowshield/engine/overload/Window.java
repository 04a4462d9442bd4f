package dev.flowshield.engine.overload;

/**
 * Sums over a span of time over the work that ended in it and over the requests
 * that came. Latencies are in ticks of {@link #NANOS_PER_TICK} nanoseconds.
 *
 * <p>Immutable.
 *
 * @param nanos how long it was
 * @param attempts the requests that came
 * @param rejected those of them that got no slot
 * @param completed the work of known routes that ended and whose latency counts
 * @param latencies the sum of its latencies
 * @param excesses the sum of their latencies beyond the usual one of their route
 * @param excessSquares the sum of the squares of that
 * @param inFlights the sum of the work in flight when the work was admitted, itself included
 * @param inFlightSquares the sum of the squares of that
 * @param products the sum of excess times in flight
 * @param mostInFlight the most that was in flight at an admission
 * @param weights the sum of the weights of its routes: one for those that take as long as the mean
 * @param unknown the work of other routes that ended
 * @param known the requests of known routes that were admitted
 */
record Window(
    long nanos,
    long attempts,
    long rejected,
    long completed,
    long latencies,
    long excesses,
    long excessSquares,
    long inFlights,
    long inFlightSquares,
    long products,
    long mostInFlight,
    double weights,
    long unknown,
    long known) {

  /** In which nothing happened. */
  static final Window EMPTY = new Window(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  static final int TICK_BITS = 10;
  static final long NANOS_PER_TICK = 1L << TICK_BITS;

  private static final double NEARLY_ALL = 3; // standard deviations
  private static final double MOST_VARIATION = 40;

  /** Returns the mean latency for a weight of one, in ticks. */
  double latency() {
    return latencies / weights;
  }

  /** Returns the work that ended, of routes that are not known too. */
  double ended() {
    return (double) (completed + unknown);
  }

  /** Returns the mean latency of all routes, in ticks. */
  double meanLatency() {
    return (double) latencies / completed;
  }

  /**
   * Returns the variance of the latencies over the square of their mean; 1 for exponential ones.
   */
  double variation() {
    double mean = meanLatency();
    double excess = (double) excesses / completed;
    double variance = (double) excessSquares / completed - excess * excess;
    // Rounding can make it negative, and a mean of 0 makes it no number.
    return mean == 0 ? 0 : Math.min(MOST_VARIATION, Math.max(0, variance / (mean * mean)));
  }

  /** Returns the mean of the work in flight when work was admitted. */
  double inFlight() {
    return (double) inFlights / completed;
  }

  /** Returns whether work took less than a latency, by more than chance. */
  boolean isClearlyFaster(double than) {
    double chance = 2 * Math.sqrt(variation() / completed);
    return latency() < than * (1 - chance);
  }

  /** Returns the work that ended in a tick, by its weight. */
  double throughput() {
    return weights / ticks();
  }

  /** Returns the work in flight when work was admitted, except for the few pieces with most. */
  double manyInFlight() {
    double mean = inFlight();
    double variance = (double) inFlightSquares / completed - mean * mean;
    return mean + NEARLY_ALL * Math.sqrt(Math.max(0, variance));
  }

  /** Returns how long it was, in ticks. */
  double ticks() {
    return (double) nanos / NANOS_PER_TICK;
  }

  /** Returns the part of the requests that got no slot. */
  double rejectedShare() {
    return attempts == 0 ? 0 : (double) rejected / attempts;
  }
}
