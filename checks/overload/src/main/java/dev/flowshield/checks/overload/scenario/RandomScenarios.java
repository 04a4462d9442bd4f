package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.ScenarioBuilder.scenario;
import static dev.flowshield.checks.overload.scenario.Span.MILLISECOND;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Scenarios with a spike of 20 s. All else is drawn from a seed, so no protection can have been
 * designed for it.
 */
public final class RandomScenarios {

  private static final double MOST_WORKERS = 128;
  private static final double SHORTEST_MILLIS = 1;
  private static final double LONGEST_MILLIS = 100;

  /**
   * The maximum number of requests per second, because each costs time and memory here. Larger
   * servers are redrawn.
   */
  private static final double MOST_ARRIVALS = 50_000;

  private final RandomStream random;
  private final String name;

  private RandomScenarios(RandomStream random, String name) {
    this.random = random;
    this.name = name;
  }

  /** Returns the given number of scenarios. A larger count appends to the same sequence. */
  public static List<Scenario> of(long seed, int count) {
    RandomStream random = new RandomStream(seed);
    return IntStream.range(0, count)
        .mapToObj(i -> new RandomScenarios(random.fork(i), "R" + seed + "-" + i).draw())
        .toList();
  }

  private Scenario draw() {
    int workers;
    double millis;
    double spike;
    do {
      workers = (int) Math.round(logUniform(1, MOST_WORKERS));
      millis = logUniform(SHORTEST_MILLIS, LONGEST_MILLIS);
      spike = logUniform(1.1, 15);
    } while (spike * workers * 1000 / millis > MOST_ARRIVALS);
    double delay = isDrawn(.4) ? millis * random.between(2, 20) : 0;
    double kappa = isDrawn(.3) ? random.between(0, .03) : 0;
    ScenarioBuilder drawn = scenario(name)
        .workers(workers)
        .service(service(millis * MILLISECOND))
        .io(delay)
        .contention(kappa)
        .rejectionCost(random.between(0, .01))
        .base(random.between(.2, .85))
        .overload(spike)
        .deadline(2 * delay + Math.max(250, 20 * millis));
    return withTrouble(drawn, workers).build();
  }

  private ScenarioBuilder withTrouble(ScenarioBuilder drawn, int workers) {
    if (isDrawn(.2)) {
      int left = (int) Math.max(1, workers * random.between(.3, .7));
      drawn.workersFrom(random.between(22, 35), left).workersFrom(40, workers);
    }
    if (isDrawn(.2)) {
      drawn.randomPauses();
    }
    if (isDrawn(.3)) {
      drawn.retries(3);
    }
    return drawn;
  }

  private ServiceTime service(double mean) {
    return switch ((int) random.between(0, 4)) {
      case 0 -> new ServiceTime.Constant(mean);
      case 1 -> new ServiceTime.Exponential(mean);
      case 2 -> new ServiceTime.Bimodal(.5 * mean, 5.5 * mean, .1);
      default -> new ServiceTime.Lognormal(mean, random.between(.5, 1.5));
    };
  }

  private boolean isDrawn(double probability) {
    return random.uniform() < probability;
  }

  private double logUniform(double lower, double upper) {
    return Math.exp(random.between(Math.log(lower), Math.log(upper)));
  }
}
