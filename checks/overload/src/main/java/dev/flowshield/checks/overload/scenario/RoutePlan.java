package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.Span.MILLISECOND;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Several routes in phases. Each phase after the first begins with a change.
 *
 * <p>If waits before work are short, each phase reaches the workers when it begins. If they are
 * long and change, requests of different phases may meet at the workers. When a wait gets shorter,
 * this can happen within a single route. See {@link #peakLoad}.
 */
final class RoutePlan {

  private static final double SHORTEST_MILLIS = .2;
  private static final double LONGEST_MILLIS = 20_000;
  private static final double LONGEST_AT_FIRST_MILLIS = 500;
  private static final double LONGEST_BEFORE_WORK_MILLIS = 20;
  private static final double SECOND = Span.SECOND;

  private final Draw draw;
  private final boolean hasLongWaits;
  private final int size;
  private final double[] instants;
  private final double[] rampSeconds;
  private final double[][] rates; // by phase and route, in requests per second
  private final double[][] waits; // milliseconds
  private final double[][] works; // milliseconds
  private final ServiceTime[] waitShapes;
  private final ServiceTime[] workShapes;

  /**
   * Draws all phases.
   *
   * @param workMillis the usual time of work; 0 for no work
   */
  RoutePlan(Draw draw, int size, double workMillis, double end) {
    this.draw = draw;
    this.size = size;
    this.hasLongWaits = workMillis == 0 || draw.is(.5);
    this.instants = instants(draw, end);
    int phases = instants.length;
    this.rampSeconds = new double[phases];
    this.rates = new double[phases][];
    this.waits = new double[phases][];
    this.works = new double[phases][];
    this.waitShapes = shapes(1.5);
    this.workShapes = shapes(1);
    begin(workMillis);
    for (int phase = 1; phase < phases; phase++) {
      change(phase);
    }
  }

  /** Draws one to three changes, some of them at the same instant. */
  private static double[] instants(Draw draw, double end) {
    double[] all = new double[2 + (int) draw.between(0, 3)];
    for (int phase = 1; phase < all.length; phase++) {
      boolean isWithLast = phase > 1 && draw.is(.3);
      all[phase] = isWithLast ? all[phase - 1] : draw.between(10, end - 10);
    }
    Arrays.sort(all);
    return all;
  }

  private ServiceTime[] shapes(double mostSigma) {
    return IntStream.range(0, size)
        .mapToObj(route -> draw.shape(mostSigma))
        .toArray(ServiceTime[]::new);
  }

  private void begin(double workMillis) {
    rates[0] = shares();
    waits[0] = new double[size];
    works[0] = new double[size];
    for (int route = 0; route < size; route++) {
      boolean hasWork = workMillis > 0 && (route == 0 || draw.is(.7));
      works[0][route] = hasWork ? workMillis * draw.logUniform(.3, 3) : 0;
      double longest =
          hasLongWaits || !hasWork ? LONGEST_AT_FIRST_MILLIS : LONGEST_BEFORE_WORK_MILLIS;
      waits[0][route] = draw.logUniform(SHORTEST_MILLIS, longest);
    }
  }

  private double[] shares() {
    return IntStream.range(0, size)
        .mapToDouble(route -> draw.logUniform(.05, 1))
        .toArray();
  }

  private void change(int phase) {
    rates[phase] = rates[phase - 1].clone();
    waits[phase] = waits[phase - 1].clone();
    works[phase] = works[phase - 1].clone();
    rampSeconds[phase] = draw.is(.5) ? 0 : draw.between(1, 20);
    int route = (int) draw.between(0, size);
    if (draw.is(.2)) {
      double all = DoubleStream.of(rates[phase]).sum();
      double[] shares = shares();
      double whole = DoubleStream.of(shares).sum();
      Arrays.setAll(rates[phase], i -> all * shares[i] / whole);
    } else if (draw.is(.25)) {
      double factor = draw.logUniform(.05, 20);
      Arrays.setAll(rates[phase], i -> factor * rates[phase][i]);
    } else if (hasWork(route) && (!hasLongWaits || draw.is(.5))) {
      works[phase][route] *= draw.logUniform(.2, 5);
    } else {
      double millis = waits[phase][route] * draw.logUniform(.001, 1000);
      waits[phase][route] = Math.max(SHORTEST_MILLIS, Math.min(LONGEST_MILLIS, millis));
    }
  }

  int size() {
    return size;
  }

  boolean hasWork(int route) {
    return works[0][route] > 0;
  }

  void scale(double factor) {
    for (double[] phase : rates) {
      Arrays.setAll(phase, route -> factor * phase[route]);
    }
  }

  /** Returns an upper bound of the mean number of busy workers in the busiest moment. */
  double peakLoad() {
    if (!hasLongWaits) {
      return phases().mapToDouble(phase -> load(phase)).max().orElseThrow();
    }
    return routes()
        .mapToDouble(
            route -> (1 + decreases(route)) * peakRate(route) * longestWork(route) / SECOND)
        .sum();
  }

  private double load(int phase) {
    return routes()
            .mapToDouble(route -> rates[phase][route] * works[phase][route])
            .sum()
        / 1000;
  }

  private long decreases(int route) {
    return phases().skip(1).filter(p -> waits[p][route] < waits[p - 1][route]).count();
  }

  /** Returns the mean number of open requests in the busiest phase. */
  double peakOpen() {
    return phases()
        .mapToDouble(phase -> routes()
                .mapToDouble(
                    route -> rates[phase][route] * (waits[phase][route] + works[phase][route]))
                .sum()
            / 1000)
        .max()
        .orElseThrow();
  }

  double peakRate() {
    return phases()
        .mapToDouble(phase -> DoubleStream.of(rates[phase]).sum())
        .max()
        .orElseThrow();
  }

  double peakRate(int route) {
    return phases().mapToDouble(phase -> rates[phase][route]).max().orElseThrow();
  }

  /** Returns the longest mean of the work of a route, in nanoseconds. */
  double longestWork(int route) {
    return phases().mapToDouble(phase -> works[phase][route]).max().orElseThrow() * MILLISECOND;
  }

  RouteBuilder build(int route) {
    RouteBuilder built = RouteBuilder.route(rates[0][route])
        .waits(waitShapes[route].times(waits[0][route]))
        .works(workShapes[route].times(works[0][route]));
    for (int phase = 1; phase < instants.length; phase++) {
      double at = instants[phase];
      if (rates[phase][route] != rates[phase - 1][route]) {
        built.rateFrom(at, rates[phase][route]);
      }
      if (works[phase][route] != works[phase - 1][route]) {
        built.worksFrom(at, workShapes[route].times(works[phase][route]));
      }
      if (waits[phase][route] != waits[phase - 1][route]) {
        wait(built, phase, route);
      }
    }
    return built;
  }

  /** Changes a wait by a step or a ramp. On a ramp down, work would arrive in a bunch. */
  private void wait(RouteBuilder built, int phase, int route) {
    ServiceTime after = waitShapes[route].times(waits[phase][route]);
    double at = instants[phase];
    double next = phase + 1 < instants.length ? instants[phase + 1] : Double.POSITIVE_INFINITY;
    boolean isShorter = waits[phase][route] < waits[phase - 1][route];
    if (rampSeconds[phase] == 0
        || at + rampSeconds[phase] > next
        || (isShorter && hasWork(route))) {
      built.waitsFrom(at, after);
    } else {
      built.waitsRamp(at, at + rampSeconds[phase], after);
    }
  }

  private IntStream phases() {
    return IntStream.range(0, instants.length);
  }

  private IntStream routes() {
    return IntStream.range(0, size);
  }
}
