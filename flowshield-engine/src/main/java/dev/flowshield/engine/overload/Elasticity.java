package dev.flowshield.engine.overload;

/**
 * How much the latency of work depends on what was in flight when it was admitted: near 1 where
 * work waits for other work, near 0 where it is slow by itself.
 *
 * <p>A regression over the recent windows, later ones with more weight. It takes what was in flight
 * at the admission, as that is what the work has waited for; what is in flight at its end is caused
 * by it.
 *
 * <p>Confined to the thread that closes windows.
 */
final class Elasticity {

  private static final double KEPT = 0.8; // of the weight, window by window
  private static final double LEAST_VARIANCE = 0.25;
  private static final double MOST_ERROR = 0.2;

  private double count;
  private double latencies;
  private double inFlights;
  private double inFlightSquares;
  private double products;
  private double variation;

  void add(Window window) {
    count = KEPT * count + window.completed();
    latencies = KEPT * latencies + window.latencies();
    inFlights = KEPT * inFlights + window.inFlights();
    inFlightSquares = KEPT * inFlightSquares + window.inFlightSquares();
    products = KEPT * products + window.products();
    variation = window.variation();
  }

  /** Whether latency is known not to depend on what is in flight. */
  boolean isLow(double below) {
    double inFlight = inFlights / count;
    double variance = inFlightSquares / count - inFlight * inFlight;
    if (!(variance > LEAST_VARIANCE)) {
      return false;
    }
    double latency = latencies / count;
    double covariance = products / count - inFlight * latency;
    double elasticity = covariance / variance * inFlight / latency;
    double error = Math.sqrt((0.1 + variation) / count) / (Math.sqrt(variance) / inFlight);
    return error < MOST_ERROR && elasticity < below;
  }
}
