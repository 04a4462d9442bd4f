package dev.flowshield.checks.overload.scenario;

import static dev.flowshield.checks.overload.scenario.ScenarioBuilder.scenario;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Scenarios with a spike of 20 s at processors that all work shares. All else is drawn from a seed.
 *
 * <p>With warm code, the spike begins after 20 s. With cold code, it begins at once or after 3 to 5
 * s.
 */
public final class RandomSharingScenarios {

  private static final double MOST_PROCESSORS = 16;
  private static final double SHORTEST_MILLIS = 1;
  private static final double LONGEST_MILLIS = 50;
  private static final double SPIKE_SECONDS = 20;

  /**
   * The maximum number of requests per second, because each costs time here. Larger servers are
   * redrawn.
   */
  private static final double MOST_ARRIVALS = 20_000;

  private final Draw draw;
  private final String name;
  private final boolean isCold;
  private int processors;
  private double millis;
  private double spike;
  private double base;

  private RandomSharingScenarios(RandomStream random, String name, boolean isCold) {
    this.draw = new Draw(random);
    this.name = name;
    this.isCold = isCold;
  }

  /**
   * Returns the given number of scenarios. A larger count appends to the same sequence.
   *
   * @param areCold true for cold code, named V; false for warm code, named U
   */
  public static List<Scenario> of(long seed, int count, boolean areCold) {
    String letter = areCold ? "V" : "U";
    RandomStream random = new RandomStream(seed).fork(letter.charAt(0));
    return IntStream.range(0, count)
        .mapToObj(i ->
            new RandomSharingScenarios(random.fork(i), letter + seed + "-" + i, areCold).draw())
        .toList();
  }

  private Scenario draw() {
    do {
      processors = (int) Math.round(draw.logUniform(1, MOST_PROCESSORS));
      millis = draw.logUniform(SHORTEST_MILLIS, LONGEST_MILLIS);
      spike = draw.logUniform(1.1, 15);
    } while (spike * processors * 1000 / millis > MOST_ARRIVALS);
    base = draw.between(.2, .85);
    double delay = draw.is(.4) ? millis * draw.between(2, 20) : 0;
    double factor = isCold ? draw.between(3, 10) : 1;
    ScenarioBuilder drawn = scenario(name)
        .workers(processors)
        .shared()
        .service(draw.shape(1.5).times(millis))
        .io(delay)
        .rejectionCost(draw.between(0, .01))
        .base(base)
        .deadline(2 * delay + Math.max(250, millis * Math.max(20, 10 * factor)));
    if (isCold) {
      drawn.warmUp(factor, draw.between(1, 5));
    }
    double from = begin(drawn);
    if (processors > 1 && draw.is(.2)) {
      int left = (int) Math.max(1, processors * draw.between(.3, .7));
      drawn
          .workersFrom(from + draw.between(2, 15), left)
          .workersFrom(from + SPIKE_SECONDS, processors);
    }
    if (draw.is(.3)) {
      drawn.retries(3);
    }
    return drawn.build();
  }

  /** Adds the spike, and returns its start. */
  private double begin(ScenarioBuilder drawn) {
    if (isCold && draw.is(.5)) {
      drawn
          .coldStart(spike)
          .loadFrom(SPIKE_SECONDS, base)
          .overloaded(0, SPIKE_SECONDS)
          .end(2 * SPIKE_SECONDS);
      return 0;
    }
    double from = isCold ? draw.between(3, 5) : SPIKE_SECONDS;
    drawn.overload(from, from + SPIKE_SECONDS, spike).end(from + 2 * SPIKE_SECONDS);
    if (isCold) {
      drawn.measured(0, from + SPIKE_SECONDS);
    }
    return from;
  }
}
