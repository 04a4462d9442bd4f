package dev.flowshield.checks.overload.scenario;

/**
 * Code that is slow until it is compiled: work takes 1 + (factor - 1) e^(-t / tau) times as long.
 *
 * @param tau the time constant in nanoseconds
 */
public record WarmUp(double factor, double tau) {

  /** Compiled from the beginning. */
  public static final WarmUp NONE = new WarmUp(1, 1);

  /** Returns the factor by which work that begins at an instant is slowed down. */
  public double slowdown(long instant) {
    return factor == 1 ? 1 : 1 + (factor - 1) * Math.exp(-instant / tau);
  }
}
