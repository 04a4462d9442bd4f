package dev.flowshield.checks.overload.peers;

import dev.flowshield.checks.overload.simulation.Attempt;
import dev.flowshield.checks.overload.simulation.Protection;
import dev.flowshield.engine.overload.Outcome;

/** A protection that admits all requests. */
public final class Unprotected implements Protection {

  @Override
  public long enter(Attempt attempt, long now) {
    return 0;
  }

  @Override
  public void exit(long place, Outcome outcome, long now) {}
}
