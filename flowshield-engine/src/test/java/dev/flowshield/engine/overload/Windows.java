package dev.flowshield.engine.overload;

/**
 * Windows for tests, of work of one route, whose latencies are given: what they exceed is taken for
 * zero.
 */
final class Windows {

  static final long SECOND = 1_000_000_000L;
  static final long TENTH = 100_000_000L;
  static final long MILLI = 1_000_000L;

  private Windows() {}

  /** A tenth of a second in which as much work ended, all of it alike. */
  static Window alike(int completed, long latency, long inFlight) {
    return rejecting(0, completed, latency, inFlight);
  }

  /** As the other one, with requests that got no slot. */
  static Window rejecting(int rejected, int completed, long latency, long inFlight) {
    return new Window(
        TENTH,
        rejected + completed,
        rejected,
        completed,
        completed * latency,
        completed * latency,
        completed * latency * latency,
        completed * inFlight,
        completed * inFlight * inFlight,
        completed * latency * inFlight,
        inFlight,
        completed,
        0,
        completed);
  }

  /** The sum of two windows. */
  static Window both(Window one, Window other) {
    return new Window(
        one.nanos() + other.nanos(),
        one.attempts() + other.attempts(),
        one.rejected() + other.rejected(),
        one.completed() + other.completed(),
        one.latencies() + other.latencies(),
        one.excesses() + other.excesses(),
        one.excessSquares() + other.excessSquares(),
        one.inFlights() + other.inFlights(),
        one.inFlightSquares() + other.inFlightSquares(),
        one.products() + other.products(),
        Math.max(one.mostInFlight(), other.mostInFlight()),
        one.weights() + other.weights(),
        one.unknown() + other.unknown(),
        one.known() + other.known());
  }
}
