package dev.flowshield.checks.overload.peers;

import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.simulation.Protection;
import java.util.function.Function;

/**
 * A named protection.
 *
 * @param create creates a protection; most do not use the scenario, because they could not know it
 */
public record Contender(String name, Function<Scenario, Protection> create) {

  @Override
  public String toString() {
    return name;
  }
}
