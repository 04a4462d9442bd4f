package dev.flowshield.checks.overload.peers;

import dev.flowshield.Criticality;
import dev.flowshield.checks.overload.scenario.Span;
import dev.flowshield.checks.overload.simulation.Attempt;
import dev.flowshield.checks.overload.simulation.Protection;
import dev.flowshield.engine.overload.AdaptiveGate;
import dev.flowshield.engine.overload.Gate;
import dev.flowshield.engine.overload.MemoryShortage;
import dev.flowshield.engine.overload.Outcome;
import dev.flowshield.engine.overload.Processors;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** A gate of the engine, which uses only the client and the time. */
public final class GateProtection implements Protection {

  private static final List<Criticality> CRITICALITIES = List.of(Criticality.values());

  private static final long SAMPLING = 20 * Span.MILLISECOND;
  private static final long WAITING = 3 * Span.MILLISECOND;

  private final Function<? super Processors, ? extends Gate> made;
  private Gate gate;
  private long sampledAt;
  private boolean hasWaited;

  /** Creates a protection with a gate. */
  public GateProtection(Gate gate) {
    this(processors -> gate);
  }

  private GateProtection(Function<? super Processors, ? extends Gate> made) {
    this.made = made;
    this.gate = made.apply(new Processors(() -> 0, 1));
  }

  /**
   * Creates a protection with an adaptive gate.
   *
   * @param shedsOnPlateau whether shedding is possible without busy processors
   */
  public static GateProtection finding(boolean shedsOnPlateau) {
    return new GateProtection(processors -> new AdaptiveGate(
        1, 0, false, pressure -> {}, MemoryShortage.unseen(), processors, shedsOnPlateau));
  }

  @Override
  public void processors(LongSupplier usedNanos, int count) {
    gate = made.apply(new Processors(usedNanos, count));
  }

  @Override
  public long enter(Attempt attempt, long now) {
    // Like a binding with its empty task, and with the next one at once if that task has waited.
    if (hasWaited || now - sampledAt >= SAMPLING) {
      sampledAt = now;
      hasWaited = attempt.ageNanos() >= WAITING;
      gate.reportQueueDelay(attempt.ageNanos(), now);
    }
    return gate.tryEnter(
        attempt.hash(), CRITICALITIES.get(attempt.criticality()), attempt.route(), now);
  }

  @Override
  public void exit(long slot, Outcome outcome, long now) {
    gate.exit(slot, outcome, now);
  }

  @Override
  public int limit() {
    return gate.limit();
  }
}
