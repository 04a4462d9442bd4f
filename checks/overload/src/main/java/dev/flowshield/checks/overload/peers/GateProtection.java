package dev.flowshield.checks.overload.peers;

import dev.flowshield.checks.overload.simulation.Attempt;
import dev.flowshield.checks.overload.simulation.Protection;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.Outcome;

/** Any gate of the engine that wants to know the client and the time alone. */
public final class GateProtection implements Protection {

  private final Gate gate;

  /** Protects with a gate. */
  public GateProtection(Gate gate) {
    this.gate = gate;
  }

  @Override
  public long enter(Attempt attempt, long now) {
    return gate.tryEnter(attempt.hash(), now);
  }

  @Override
  public void exit(long place, Outcome outcome, long now) {
    gate.exit(place, outcome, now);
  }

  @Override
  public int limit() {
    return gate.limit();
  }
}
