package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.Span.MILLISECOND;

/** Distributions of times by their mean in milliseconds. */
final class Times {

  private static final double SIGMA = 1.5;

  private Times() {}

  static ServiceTime constant(double millis) {
    return new ServiceTime.Constant(millis * MILLISECOND);
  }

  static ServiceTime exponential(double millis) {
    return new ServiceTime.Exponential(millis * MILLISECOND);
  }

  static ServiceTime lognormal(double millis) {
    return lognormal(millis, SIGMA);
  }

  static ServiceTime lognormal(double millis, double sigma) {
    return new ServiceTime.Lognormal(millis * MILLISECOND, sigma);
  }

  /** Returns a distribution in which one of ten takes eleven times as long as the others. */
  static ServiceTime bimodal(double millis) {
    return bimodal(millis, .1);
  }

  /** Returns a distribution of half of this time, and of 5.5 times as much. */
  static ServiceTime bimodal(double millis, double shareOfSlow) {
    double unit = millis * MILLISECOND;
    return new ServiceTime.Bimodal(.5 * unit, 5.5 * unit, shareOfSlow);
  }
}
