package dev.flowshield.checks.overload.scenario;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What looks like trouble but is none: work that waits for something else, or that has enough
 * workers or processors at all times. Every rejection is wrong.
 *
 * <p>At most about a thousand requests are ever open, as each holds memory, if nothing else.
 */
public final class HarmlessScenarios {

  private static final double LONGEST_WAIT_MILLIS = 60_000;

  private HarmlessScenarios() {}

  /** Those written by hand, named N. */
  public static List<Scenario> written() {
    return Stream.of(
            HarmlessReports.all(),
            HarmlessLatencies.all(),
            HarmlessRoutes.all(),
            HarmlessCrowds.all(),
            HarmlessServers.all())
        .flatMap(List::stream)
        .map(ScenarioBuilder::build)
        .toList();
  }

  /**
   * Those drawn from a seed, named Q, as many as wanted. The first ones are the same however many
   * are wanted.
   */
  public static List<Scenario> of(long seed, int count) {
    RandomStream random = new RandomStream(seed);
    return IntStream.range(0, count)
        .mapToObj(i -> new RandomHarmless(random.fork(i), "Q" + seed + "-" + i).draw())
        .toList();
  }

  /** Begins one without main traffic, whose clients are patient. */
  static ScenarioBuilder harmless(String name, double end) {
    return ScenarioBuilder.scenario(name)
        .base(0)
        .end(end)
        .overloaded(0, end)
        .deadline(LONGEST_WAIT_MILLIS)
        .withinCapacity();
  }
}
