package dev.flowshield.checks.overload.scenario;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Scenarios that resemble an overload but are below capacity. Work waits for something else, or
 * there are enough workers or processors at all times. Every rejection is wrong.
 *
 * <p>At most about a thousand requests are open at a time, because each of them holds memory.
 */
public final class HarmlessScenarios {

  private static final double LONGEST_WAIT_MILLIS = 60_000;

  private HarmlessScenarios() {}

  /** Returns the written scenarios, named N. */
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

  /** Returns scenarios drawn from a seed, named Q. A larger count appends to the same sequence. */
  public static List<Scenario> of(long seed, int count) {
    RandomStream random = new RandomStream(seed);
    return IntStream.range(0, count)
        .mapToObj(i -> new RandomHarmless(random.fork(i), "Q" + seed + "-" + i).draw())
        .toList();
  }

  /** Creates a scenario without main traffic, whose clients wait for a minute. */
  static ScenarioBuilder harmless(String name, double end) {
    return ScenarioBuilder.scenario(name)
        .base(0)
        .end(end)
        .overloaded(0, end)
        .deadline(LONGEST_WAIT_MILLIS)
        .withinCapacity();
  }
}
