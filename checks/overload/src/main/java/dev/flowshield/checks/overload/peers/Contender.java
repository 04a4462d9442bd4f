package dev.flowshield.checks.overload.peers;

import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.checks.overload.simulation.Protection;
import java.util.function.Function;

/**
 * A protection by name.
 *
 * @param create makes a new one; most do not look at the scenario, as they could not know it
 */
public record Contender(String name, Function<Scenario, Protection> create) {

  @Override
  public String toString() {
    return name;
  }
}
