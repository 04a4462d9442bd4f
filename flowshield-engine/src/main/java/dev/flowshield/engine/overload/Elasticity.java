package dev.flowshield.engine.overload;

/**
 * The dependence of the latency of work on the work in flight when it was admitted: near 1 if work
 * waits for other work, near 0 if it is slow by itself.
 *
 * <p>A regression within spans that are some latencies long, later ones with more weight. In a
 * shorter one, work that ends late has begun early, when less was in flight. Differences between
 * spans do not count: if latency grows by itself, more is in flight for it.
 *
 * <p>Confined to the thread that closes windows.
 */
final class Elasticity {

  private static final double KEPT = 0.6; // of the weight, span by span
  private static final double LATENCIES = 4; // the length of a span
  private static final double FEWEST = 30;
  private static final double LEAST_VARIANCE = 0.25;

  private double count;
  private double latencies;
  private double inFlights;
  private double variances; // of the work in flight, times the count
  private double covariances;
  private double latencyVariances;

  private double ticks; // of the span
  private double spanCount;
  private double spanLatencies;
  private double spanExcesses;
  private double spanExcessSquares;
  private double spanInFlights;
  private double spanInFlightSquares;
  private double spanProducts;

  void add(Window window) {
    ticks += window.ticks();
    spanCount += window.completed();
    spanLatencies += window.latencies();
    spanExcesses += window.excesses();
    spanExcessSquares += window.excessSquares();
    spanInFlights += window.inFlights();
    spanInFlightSquares += window.inFlightSquares();
    spanProducts += window.products();
    if (spanCount >= FEWEST && ticks >= LATENCIES * spanLatencies / spanCount) {
      fold();
    }
  }

  /** Returns the elasticity of one window, however short. */
  static Elasticity of(Window window) {
    Elasticity elasticity = new Elasticity();
    elasticity.add(window);
    if (elasticity.spanCount > 0) {
      elasticity.fold();
    }
    return elasticity;
  }

  /** Forgets all windows so far. */
  void forget() {
    count = latencies = inFlights = variances = covariances = latencyVariances = 0;
    ticks = 0;
    spanCount = spanLatencies = spanExcesses = spanExcessSquares = 0;
    spanInFlights = spanInFlightSquares = spanProducts = 0;
  }

  private void fold() {
    double inFlight = spanInFlights / spanCount;
    double excess = spanExcesses / spanCount;
    count = KEPT * count + spanCount;
    latencies = KEPT * latencies + spanLatencies;
    inFlights = KEPT * inFlights + spanInFlights;
    variances = KEPT * variances + spanInFlightSquares - spanCount * inFlight * inFlight;
    covariances = KEPT * covariances + spanProducts - spanCount * inFlight * excess;
    latencyVariances = KEPT * latencyVariances + spanExcessSquares - spanCount * excess * excess;
    ticks = 0;
    spanCount = spanLatencies = spanExcesses = spanExcessSquares = 0;
    spanInFlights = spanInFlightSquares = spanProducts = 0;
  }

  /** Returns whether latency is known not to depend on the work in flight. */
  boolean isLow(double below, double latency) {
    double error = error();
    return value() + 2 * error < below && latencies / count > 0.8 * latency;
  }

  /** Returns whether latency is known to depend on the work in flight. */
  boolean isHigh(double above, double sure) {
    return value() - sure * error() > above;
  }

  double value() {
    return covariances / variances * inFlights / latencies;
  }

  double error() {
    if (!(count > 0 && variances / count > LEAST_VARIANCE)) {
      return Double.MAX_VALUE;
    }
    double slope = covariances / variances;
    double left = Math.max(0, latencyVariances - slope * covariances) / count;
    double latency = latencies / count;
    double relative = Math.sqrt(variances / count) / (inFlights / count);
    return Math.sqrt((0.1 + left / (latency * latency)) / count) / relative;
  }
}
