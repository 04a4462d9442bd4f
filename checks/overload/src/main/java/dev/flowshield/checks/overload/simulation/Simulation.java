package dev.flowshield.checks.overload.simulation;

import dev.flowshield.checks.overload.measure.Result;
import dev.flowshield.checks.overload.measure.Unloaded;
import dev.flowshield.checks.overload.scenario.Scenario;
import dev.flowshield.engine.overload.Outcome;

/**
 * One scenario with one seed, in virtual time.
 *
 * <p>Each protection meets the same requests, with the same clients and the same work. Two results
 * therefore differ only by the protection, which also determines the retries. A protection has the
 * same result each time, if it draws no random numbers itself. Thread-safe.
 */
public final class Simulation {

  private static final Protection NOTHING = new Protection() {
    @Override
    public long enter(Attempt attempt, long now) {
      return 0;
    }

    @Override
    public void exit(long place, Outcome outcome, long now) {}
  };

  private final Scenario scenario;
  private final long seed;
  private final Unloaded unloaded;

  /** Creates a simulation. Measures the quiet server, which takes a moment. */
  public Simulation(Scenario scenario, long seed) {
    this.scenario = scenario;
    this.seed = seed;
    this.unloaded = new Run(scenario.unloaded(), NOTHING, seed, Unloaded.UNKNOWN).unloaded();
  }

  /** Returns the scenario. */
  public Scenario scenario() {
    return scenario;
  }

  /** Runs the scenario with a new protection, and returns the result. */
  public Result run(Protection protection) {
    return new Run(scenario, protection, seed, unloaded).result();
  }
}
